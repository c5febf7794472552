import { beforeAll, describe, expect, test } from 'vitest';
import { type CParser, loadParser } from '../../server/src/c/parse/parser.ts';
import type { Edit } from './edit.ts';
import { figuresOf, figuresText } from './figures.ts';
import { HOOKS } from './hooks/index.ts';
import { type Change, faultyChange, findingsIn, goodChange, keysOf, patchOf, type Said } from './seeded.ts';
import { VARIANTS, type Variant } from './variants.ts';

const LONG = 600_000;
let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});

test(
  'seeded faults are found, and good hooks are left alone',
  () => {
    const figures = figuresOf(HOOKS, parser);
    console.log(figuresText(figures));
    expect(figures.noise).toEqual([]);
    expect(figures.found / figures.seeded).toBeGreaterThanOrEqual(0.95);
  },
  LONG,
);

test(
  'one line of context shows as much, where it tells the place',
  () => {
    const figures = figuresOf(HOOKS, parser, 1);
    expect(figures.noise).toEqual([]);
    expect(figures.missed).toEqual([]);
  },
  LONG,
);

interface Case {
  readonly name: string;
  readonly change: Change;
  readonly edits: readonly Edit[];
}

const good: readonly Case[] = HOOKS.map((hook) => ({ name: hook.name, change: goodChange(hook), edits: hook.edits }));
const faulty: readonly Case[] = HOOKS.flatMap((hook) =>
  hook.faults
    .filter((fault) => !fault.onHooked)
    .map((fault) => ({
      name: `${hook.name} / ${fault.name}`,
      change: faultyChange(hook, fault),
      edits: [...hook.edits, ...fault.edits],
    })),
);
/** Reviews of these take seconds: each comes in one variant only. */
const SLOW = new Set(['the sync itself', "the sync by the kernel's helpers", 'cpa_flush() of v5.1, page by page']);
const isSlow = ({ name }: Case) => SLOW.has(name.split(' / ')[0] ?? '');
const inTurn = (cases: readonly Case[], index: number) => cases.filter((_, at) => at % VARIANTS.length === index);

/** Every good hook in every variant, every fault in one of them. */
const casesOf = (index: number) => [
  ...good.filter((each) => !isSlow(each)),
  ...inTurn(good.filter(isSlow), index % 4),
  ...inTurn(
    faulty.filter((each) => !isSlow(each)),
    index,
  ),
];

const plainly = new Map<string, readonly Said[]>();
function saidOf({ name, change }: Case): readonly Said[] {
  const said = plainly.get(name) ?? findingsIn(patchOf(change), parser);
  plainly.set(name, said);
  return said;
}

/** Nothing more is said of a variant; nothing less either, unless it shows too little to place or to name a statement. */
function check(variant: Variant, each: Case): readonly string[] {
  const { name, change, edits } = each;
  const made = variant.make(change, edits);
  if (!made) return [];
  const plain = keysOf(saidOf(each), made.back !== null);
  const said = keysOf(findingsIn(made.patch, parser), made.back !== null, made.back ?? undefined);
  const more = said.filter((key) => !plain.includes(key)).map((key) => `${name}: more: ${key}`);
  const less = plain.filter((key) => !said.includes(key)).map((key) => `${name}: less: ${key}`);
  return variant.hides ? more : [...more, ...less];
}

describe('the same change presented otherwise', () => {
  test.each(VARIANTS.map((variant, index) => [variant.name, variant, index] as const))(
    '%s',
    (_name, variant, index) => {
      expect(casesOf(index).flatMap((each) => check(variant, each))).toEqual([]);
    },
    LONG,
  );
});
