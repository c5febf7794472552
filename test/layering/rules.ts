// The house rules: who may import what. A room is a folder; what it may import is listed, everything else is a violation.
import type { Import } from './imports.ts';

type Room = {
  readonly folder: string;
  /** Prefixes of files and packages; `type ` in front allows types alone. The room itself is always allowed. */
  readonly may: readonly string[];
};

/** Modules of Node that compute and touch nothing outside the process. */
const pureNode = ['node:buffer', 'node:crypto', 'node:string_decoder', 'node:util'];

export const rooms: readonly Room[] = [
  // The machine knows pages, not patches, and needs nothing.
  { folder: 'engine/src', may: [] },
  // Reading patches knows no C.
  { folder: 'server/src/patch', may: [...pureNode] },
  // C runs on a machine, and knows where its text came from. Native bindings are loaded by node:module.
  {
    folder: 'server/src/c',
    may: ['engine/src', 'type server/src/patch', 'tree-sitter', 'tree-sitter-c', 'web-tree-sitter', 'node:module'],
  },
  // The review is plain data in, plain data out: no protocol, no I/O.
  { folder: 'server/src/review', may: ['engine/src', 'server/src/patch', 'server/src/c'] },
  // Words and forms that the command and the language server share; they decide nothing. One file of it loads the parser.
  {
    folder: 'server/src/show',
    may: ['engine/src', 'server/src/review', 'server/src/patch', 'server/src/c/parse/parser.ts', ...pureNode],
  },
  // What reaches outside the process for both of them: files and git.
  { folder: 'server/src/host', may: ['type engine/src', 'type server/src/review', 'type server/src/patch', 'node:'] },
  {
    folder: 'server/src/cli',
    may: [
      'engine/src',
      'server/src/review',
      'server/src/show',
      'server/src/host',
      'server/src/patch',
      'picocolors',
      'node:',
    ],
  },
  {
    folder: 'server/src/lsp',
    may: [
      'engine/src',
      'server/src/review',
      'server/src/show',
      'server/src/host',
      'server/src/patch',
      'vscode-languageserver',
      'node:',
    ],
  },
  // The extension talks to the server and knows only the shapes of what they say to each other.
  { folder: 'client/src', may: ['type server/src', 'type engine/src', 'vscode', 'vscode-languageclient', 'node:'] },
  // The page draws the engine's pictures; it runs in a browser.
  { folder: 'client/replay', may: ['engine/src', 'type client/src/replay-messages.ts', 'type server/src', 'preact'] },
];

const within = (target: string, prefix: string): boolean =>
  target === prefix ||
  target.startsWith(prefix.endsWith(':') ? prefix : `${prefix}/`) ||
  target.startsWith(`${prefix}-`);

function allowed(room: Room, { target, typeOnly }: Import): boolean {
  if (within(target, room.folder)) return true;
  return room.may.some((entry) =>
    entry.startsWith('type ') ? typeOnly && within(target, entry.slice('type '.length)) : within(target, entry),
  );
}

/** What breaks a rule, as `file imports target`; a file that belongs to no room is a violation too. */
export function violations(imports: readonly Import[]): string[] {
  return imports.flatMap((entry) => {
    const room = rooms.find(({ folder }) => within(entry.file, folder));
    if (!room) return [`${entry.file} is in no room of the house`];
    if (allowed(room, entry)) return [];
    return [`${entry.file} imports ${entry.target}${entry.typeOnly ? ' (types)' : ''}`];
  });
}
