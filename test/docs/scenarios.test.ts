import { expect, test } from 'vitest';
import type { Family, Scenario } from '../../engine/src/kernel/scenario.ts';
import { scenarios } from '../../engine/src/kernel/scenarios/index.ts';
import { testsFor } from '../../server/src/review/implementation/tests.ts';

/** In the order of the page. A family that is missing here does not compile. */
const FAMILIES: Readonly<Record<Family, string>> = {
  pageattr: '`set_memory_*()`, `set_pages_*()` and their array forms, on the way that succeeds.',
  'pageattr-error': 'The same, when `__change_page_attr_set_clr()` fails half way.',
  'split-only': 'A split and nothing else: `cpa_flush()` is never reached.',
  'alias-only': 'A change that only the alias in the direct mapping sees.',
  noflush: 'Entry points that neither flush nor come by `cpa_flush()`.',
  'hot-add': 'Memory is added, by tables that are new or by splits of what is there.',
  'hot-remove': 'Memory is removed, with the tables that get empty.',
  boot: 'What changes the direct mapping late in boot.',
  enable: 'MKTME is turned on.',
  'page-keyid':
    'A page goes from one KeyID to another, and the lines of the old one have to leave the caches in between.',
};

const INTRODUCTION = `# Scenarios

A scenario is one way into the kernel, on one simulated machine. A patch is run through every scenario of its kernel version that
reaches a function the patch shows; the others are run on the kernel as modelled, to see which changes no sync ever follows. The
shape of the kernel (v4.18, v5.1, v5.2, v6.1) is told by the paths, names and statements that the patch shows.

This page is written by \`test/docs/scenarios.test.ts\` from \`engine/src/kernel/scenarios/\`.
`;

const IMPLEMENTATION = `## The patch's own sync

A patch that brings the sync's implementation has it run on page tables of 64-bit entries, with two KeyIDs beside KeyID-0. Each
test is one change of KeyID-0's mapping and one sync over a range that is wide enough for the reference behaviour; what is wrong
behind it is the implementation's fault. In two more tests each of the first 16 allocations of the sync fails once.

A sync that takes a range:
`;

const SWEEPING = `
A sync that takes none and sweeps the whole mapping every time:
`;

const ALL_VERSIONS = 4;

const versions = (scenario: Scenario): string =>
  scenario.versions.length === ALL_VERSIONS ? 'all' : scenario.versions.join(', ');

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function section(family: Family): string {
  const rows = scenarios
    .filter((scenario) => scenario.family === family)
    .map((scenario) => row(`\`${scenario.id}\``, scenario.title, `${scenario.pagingLevels}`, versions(scenario)));
  const head = [row('Id', 'What happens', 'Levels', 'Kernels'), '|---|---|---|---|'];
  return [`## ${family}`, '', FAMILIES[family], '', ...head, ...rows, ''].join('\n');
}

const ownSync = (takesRange: boolean): string =>
  [
    row('Id', 'What happens'),
    '|---|---|',
    ...testsFor(takesRange).map(({ id, title }) => row(`\`${id}\``, title)),
  ].join('\n');

test('docs/scenarios.md is made from the catalogue', async () => {
  const families = Object.keys(FAMILIES) as Family[];
  const page = `${INTRODUCTION}\n${families.map(section).join('\n')}\n${IMPLEMENTATION}\n${ownSync(true)}\n${SWEEPING}\n${ownSync(false)}\n`;
  expect(scenarios.every(({ family }) => families.includes(family))).toBe(true);
  await expect(page).toMatchFileSnapshot('../../docs/scenarios.md');
});
