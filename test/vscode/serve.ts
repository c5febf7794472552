// Opens a patch in the VS Code server with the extension installed and prints the address; ends with Ctrl-C. `npm start` uses it
// where there is no desktop VS Code. Arguments: PATCH, and the port to take (default: a free one).
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from './host/server.ts';
import { address, remote } from './host/window.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string', default: '0' } },
});
const patch = resolve(positionals[0] ?? 'examples/hook-cpa-flush.patch');

const dataFolder = mkdtempSync(join(tmpdir(), 'mktme-vscode-'));
process.on('exit', () => rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
mkdirSync(join(dataFolder, 'extensions'), { recursive: true });
symlinkSync(resolve('.'), join(dataFolder, 'extensions/mktme-patch-review'), 'junction');

const token = randomUUID();
const server = await startServer({ dataFolder, token, port: Number(values.port) });
const payload = [['openFile', remote(server.port, patch)]] as const;
console.log(`VS Code: ${address({ port: server.port, folder: dirname(patch), payload }, token)}`);
console.log('Ctrl-C ends it.');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void server.close());
await server.ended;
process.exit(0);
