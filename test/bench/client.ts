/** A language client over the real server's pipe, for what a person waits for in an editor. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type Position,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';

export interface Client {
  open(uri: string, text: string): Promise<void>;
  /** Puts `text` at a position, as typing does. */
  type(uri: string, at: Position, text: string): Promise<void>;
  close(uri: string): Promise<void>;
  /** How many diagnostics the newest text has; what the editor asks for after each edit. */
  diagnostics(uri: string): Promise<number>;
  hover(uri: string, at: Position): Promise<unknown>;
  /** Resident memory of the server in MiB; null where the system does not tell. */
  memory(): number | null;
  stop(): void;
}

export async function startClient(server: string): Promise<Client> {
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: null,
    capabilities: { textDocument: { diagnostic: {} } },
  });
  await connection.sendNotification(InitializedNotification.type, {});
  const versions = new Map<string, number>();
  const next = (uri: string): number => {
    const version = (versions.get(uri) ?? 0) + 1;
    versions.set(uri, version);
    return version;
  };
  return {
    open: (uri, text) =>
      connection.sendNotification(DidOpenTextDocumentNotification.type, {
        textDocument: { uri, languageId: 'patch-mail', version: next(uri), text },
      }),
    type: (uri, at, text) =>
      connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument: { uri, version: next(uri) },
        contentChanges: [{ range: { start: at, end: at }, text }],
      }),
    close: (uri) => connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } }),
    async diagnostics(uri) {
      const answer = await connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
      return answer.kind === 'full' ? answer.items.length : -1;
    },
    hover: (uri, position) => connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position }),
    memory() {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1024;
      } catch {
        return null;
      }
    },
    stop() {
      connection.dispose();
      child.kill();
    },
  };
}
