/** The language server's entry: `server.cjs --stdio`, `--node-ipc`, `--pipe=NAME` or `--socket=PORT`. */
import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { loadReviewer } from '../show/load-reviewer.ts';
import { startServer } from './server.ts';

const ways = ['--stdio', '--node-ipc', '--pipe', '--socket', '--clientProcessId'];
if (!process.argv.some((arg) => ways.some((way) => arg.startsWith(way)))) process.argv.push('--stdio');

// Each edit leaves a whole reviewed text behind as garbage: collect when a little more than half of what lives is garbage,
// not at several times as much. A flag of V8's own, set only where it is known to be there.
if (/^v(20|22|24)\./.test(process.version)) setFlagsFromString('--heap-growing-percent=60');

// Loading the parser begins at once and is awaited only where a review is.
const reviewer = loadReviewer();
reviewer.catch(() => {});
startServer(createConnection(ProposedFeatures.all), reviewer);
