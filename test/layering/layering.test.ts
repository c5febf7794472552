import { describe, expect, it } from 'vitest';
import { importsOf, importsOfProject } from './imports.ts';
import { rooms, violations } from './rules.ts';

const project = importsOfProject('.');

const check = (file: string, text: string): string[] => violations(importsOf(file, text));

describe('the project', () => {
  it.each(rooms.map(({ folder }) => folder))('keeps the rules in %s', (folder) => {
    const own = project.filter(({ file }) => file.startsWith(`${folder}/`));
    expect(violations(own)).toEqual([]);
  });

  it('has no file outside of its rooms, and imports in every room that is in use', () => {
    expect(violations(project)).toEqual([]);
    expect(project.length).toBeGreaterThan(100);
  });
});

describe('a rule that is broken is seen', () => {
  it.each([
    ['engine/src/machine.ts', "import { readFileSync } from 'node:fs';"],
    ['engine/src/machine.ts', "import type { Patch } from '../../server/src/patch/model.ts';"],
    ['engine/src/sync/walk.ts', "export * from '../../../client/src/replay-messages.ts';"],
    ['server/src/patch/read.ts', "import { parse } from '../c/parse/parse.ts';"],
    ['server/src/patch/read.ts', "import { readFile } from 'node:fs/promises';"],
    ['server/src/c/walk.ts', "import { readPatches } from '../patch/read.ts';"],
    ['server/src/review/review.ts', "import type { Diagnostic } from 'vscode-languageserver-protocol';"],
    ['server/src/review/review.ts', "const fs = await import('node:fs');"],
    ['server/src/review/review.ts', "import { run } from '../host/git.ts';"],
    ['server/src/lsp/hover.ts', "import { evaluate } from '../c/evaluate/run.ts';"],
    ['server/src/cli/run.ts', "import { hover } from '../lsp/hover.ts';"],
    ['client/src/extension.ts', "import { review } from '../../server/src/review/review.ts';"],
    ['client/src/extension.ts', "import { type Report, review } from '../../server/src/review/report.ts';"],
    ['client/replay/main.tsx', "import * as vscode from 'vscode';"],
    ['server/src/elsewhere/x.ts', "import 'node:fs';"],
  ])('%s: %s', (file, text) => {
    expect(check(file, text)).toHaveLength(1);
  });
});

describe('what is allowed stays quiet', () => {
  it.each([
    ['engine/src/sync/walk.ts', "import { x } from '../address.ts';"],
    ['server/src/c/walk.ts', "import type { Image } from '../patch/model.ts';"],
    ['server/src/lsp/main.ts', "import { createConnection } from 'vscode-languageserver/node';"],
    ['client/src/extension.ts', "import type { Report } from '../../server/src/review/report.ts';"],
    [
      'client/src/extension.ts',
      "import {\n  type Report,\n  type Finding,\n} from '../../server/src/review/report.ts';",
    ],
    ['client/src/extension.ts', "// import { review } from '../../server/src/review/review.ts';"],
    ['client/replay/main.tsx', "import { render } from 'preact';\nimport './replay.css';"],
  ])('%s: %s', (file, text) => {
    expect(check(file, text)).toEqual([]);
  });
});
