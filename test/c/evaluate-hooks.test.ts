/** What the caller of a run is told, and models of the kernel between the lines that a hunk shows. */
import { describe, expect, test } from 'vitest';
import { INT, intValue, pointerTo, structOf, UNSIGNED_LONG, type Value } from '../../engine/src/kernel/ctype.ts';
import type { Frame, Node, Outcome } from '../../engine/src/kernel/model.ts';
import { run, runBody, type Setup } from './evaluate-run.ts';

/** sync() returns 0 with a new id each time; what becomes of each is collected as '0 tested'. */
function syncUses(body: string, extra = ''): string[] {
  const uses: string[] = [];
  let id = 0;
  run(`${extra}long f(void)\n{\n${body}\n}\n`, {
    hooks: {
      branch: () => true,
      call: (name): Value | undefined => (name === 'sync' ? { type: INT, bits: 0n, syncResult: id++ } : undefined),
      syncResult: (of, seen) => uses.push(`${of} ${seen}`),
    },
  });
  return [...new Set(uses)];
}

describe('what becomes of the result of a sync', () => {
  const rows: Record<string, [body: string, uses: string[], extra?: string]> = {
    dropped: ['sync(); return 0;', []],
    'kept and not looked at': ['int ret; ret = sync(); return 0;', []],
    'tested by if': ['if (sync()) return 1; return 0;', ['0 tested']],
    'tested later': ['int ret = sync(); if (ret < 0) return 1; return 0;', ['0 tested']],
    'tested through !': ['int ret = sync(); while (!ret) break; return 0;', ['0 tested']],
    'warned of': ['int ret = sync(); WARN_ON(ret); return 0;', ['0 warned']],
    printed: ['pr_err("%d", sync()); return 0;', ['0 warned']],
    returned: ['return sync();', ['0 returned']],
    'returned, then tested': [
      'if (g()) return 1; return 0;',
      ['0 returned', '0 tested'],
      'int g(void)\n{\n\treturn sync();\n}\n',
    ],
    'returned and dropped': ['g(); return 0;', ['0 returned', '0 dropped'], 'int g(void)\n{\n\treturn sync();\n}\n'],
    overwritten: ['int ret = sync(); ret = sync(); if (ret) return 1; return 0;', ['1 tested']],
    joined: ['int ret = 0; ret |= sync(); ret |= sync(); if (ret) return 1; return 0;', ['0 tested', '1 tested']],
    'joined by ?:': ['int a = sync(); int b = sync(); return a ?: b;', ['0 tested', '0 returned', '1 returned']],
    'tested by &&': ['int ret = sync(); int x = ret && 1; return 0;', ['0 tested']],
    'stored in a struct': ['struct cpa_data c; c.flags = sync(); return 0;', ['0 stored']],
    'given to an unknown function': ['handle(sync()); return 0;', ['0 stored']],
    'cast away': ['(void)sync(); return 0;', []],
    'in a switch': ['switch (sync()) { default: return 0; }', ['0 tested']],
  };
  test.each(Object.entries(rows))('%s', (_name, [body, uses, extra]) => {
    expect(syncUses(body, extra)).toEqual(uses);
  });
});

test('assignments are told by name, with their values', () => {
  const told: string[] = [];
  const body =
    'struct cpa_data c, *p = &c; unsigned long start = 1; start += 2; p->numpages = start; c.pfn = 4; start++; return 0;';
  runBody(body, { hooks: { assigned: (name, value) => told.push(`${name} = ${value.bits}`) } });
  expect(told.filter((line) => !line.startsWith('p ='))).toEqual([
    'start = 1',
    'start = 3',
    'p->numpages = 3',
    'c.pfn = 4',
    'start = 4',
  ]);
});

test('statements are told before they run, loops each round', () => {
  const told: string[] = [];
  const body = 'int i; for (i = 0; i < 2; i++) ask(); if (i) return 1; return 0;';
  runBody(body, { hooks: { statement: (stmt) => told.push(stmt.kind) } });
  expect(told).toEqual(['declare', 'for', 'expr', 'expr', 'for', 'expr', 'for', 'if', 'return']);
});

const step = (name: string, act: (frame: Frame) => unknown): Node => ({
  kind: 'step',
  name,
  marks: [],
  run: (frame) => act(frame) as Outcome,
});

describe('models around a hunk', () => {
  const local = (name: string, type = UNSIGNED_LONG, init?: bigint) => ({
    name,
    type,
    ...(init === undefined ? {} : { init: () => init }),
  });
  const check = (name: string, body: string, around: NonNullable<Setup['around']>, outcome: string): void => {
    test(name, () => expect(runBody(body, { around }).outcome).toBe(outcome));
  };

  check(
    'steps before and after share the locals',
    'start = start + 1;',
    {
      locals: [local('start', UNSIGNED_LONG, 10n)],
      before: [step('double', (frame) => frame.set('start', frame.get('start') * 2n))],
      after: [step('end', (frame) => ({ return: frame.get('start') }))],
    },
    '21',
  );
  check(
    'under the names of the hunk',
    'first++;',
    {
      locals: [local('start', UNSIGNED_LONG, 1n)],
      aliases: new Map([['first', 'start']]),
      after: [step('end', (frame) => ({ return: frame.get('start') }))],
    },
    '2',
  );
  check(
    'a declaration in the hunk is the same variable',
    'unsigned long first; first = 5;',
    {
      aliases: new Map([['first', 'start']]),
      after: [step('end', (frame) => ({ return: frame.get('start') }))],
    },
    '5',
  );
  check(
    'a variable of an inner block is another one',
    '{ unsigned long start = 9; start++; }',
    {
      locals: [local('start', UNSIGNED_LONG, 1n)],
      after: [step('end', (frame) => ({ return: frame.get('start') }))],
    },
    '1',
  );
  check(
    'the hunk jumps to a label of the model',
    'goto out; return 1;',
    {
      after: [
        step('passed over', () => ({ return: 2n })),
        { kind: 'label', name: 'out' },
        step('end', () => ({ return: 3n })),
      ],
    },
    '3',
  );
  check(
    'the model jumps to a label of the hunk',
    'return 1; err: return 4;',
    { before: [step('fails', () => ({ goto: 'err' }))] },
    '4',
  );
  check(
    'the value is cut to what the function returns',
    '',
    { after: [step('end', () => ({ return: 1n << 63n }))] },
    (-(1n << 63n)).toString(),
  );
  check(
    'loops and branches of the model',
    'n = 0;',
    {
      locals: [local('n', INT), local('i', INT, 0n)],
      after: [
        {
          kind: 'loop',
          name: 'rounds',
          marks: [],
          while: (frame) => frame.get('i') < 5n,
          body: [
            step('count', (frame) => frame.set('i', frame.get('i') + 1n)),
            {
              kind: 'branch',
              name: 'third',
              marks: [],
              when: (frame) => frame.get('i') === 3n,
              body: [step('skip', () => 'continue')],
            },
            step('work', (frame) => frame.set('n', frame.get('n') + 1n)),
          ],
        },
        step('end', (frame) => ({ return: frame.get('n') })),
      ],
    },
    '4',
  );
  check(
    'the model reads a struct that the hunk filled',
    'struct cpa_data cpa; cpa.numpages = 6;',
    {
      after: [
        step('end', ({ addressOf, kernel }) => {
          const field = kernel.memory.field('cpa_data', 'numpages');
          const value = kernel.memory.load(addressOf('cpa') + (field?.offset ?? 0n), UNSIGNED_LONG);
          return { return: value.bits };
        }),
      ],
    },
    '6',
  );
  check(
    'a parameter through a pointer that the model sets up',
    'return *cpa->vaddr;',
    {
      locals: [
        {
          name: 'cpa',
          type: pointerTo(structOf('cpa_data')),
          init: ({ kernel }) => {
            const vaddr = kernel.memory.allocate(UNSIGNED_LONG, 'addr');
            kernel.memory.store(vaddr, intValue(77n));
            const cpa = kernel.memory.allocate(structOf('cpa_data'), 'cpa', { zero: true });
            kernel.memory.store(cpa, { type: pointerTo(UNSIGNED_LONG), bits: vaddr });
            return cpa;
          },
        },
      ],
    },
    '77',
  );
});

test('kernel.call() goes into the patch, and through the hook first', () => {
  const text = 'long g(long x)\n{\n\treturn x * 3;\n}\nlong f(void)\n{\n\treturn 0;\n}\n';
  const before = [step('call', ({ kernel }) => ({ return: kernel.call('g', 5n).bits }))];
  expect(run(text, { around: { before } }).outcome).toBe('15');
  const call = (name: string): Value | undefined => (name === 'g' ? intValue(99n) : undefined);
  expect(run(text, { around: { before }, hooks: { call } }).outcome).toBe('99');
});

test('primitives come before the built-ins of the field, and get the running kernel', () => {
  const primitives = {
    mktme_enabled: { returns: INT, run: () => 42n },
    touch: {
      returns: INT,
      run: (kernel: { note(text: string): void }) => {
        kernel.note('touched');
        return 1n;
      },
    },
  };
  const { outcome, log } = runBody('return mktme_enabled() + touch();', { primitives });
  expect(outcome).toBe('43');
  expect(log).toEqual(['touched']);
});
