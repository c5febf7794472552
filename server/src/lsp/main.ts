/** The language server's entry: `server.cjs --stdio`, `--node-ipc`, `--pipe=NAME` or `--socket=PORT`. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { loadReviewer } from '../show/load-reviewer.ts';
import { startServer } from './server.ts';

const ways = ['--stdio', '--node-ipc', '--pipe', '--socket', '--clientProcessId'];
if (!process.argv.some((arg) => ways.some((way) => arg.startsWith(way)))) process.argv.push('--stdio');

// Loading the parser begins at once and is awaited only where a review is.
const reviewer = loadReviewer();
reviewer.catch(() => {});
startServer(createConnection(ProposedFeatures.all), reviewer);
