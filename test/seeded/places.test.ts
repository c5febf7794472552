import { expect, test } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { review } from '../../server/src/review/review.ts';
import type { DiffOptions } from './diff.ts';
import { baseTree, type Version } from './edit.ts';
import { hookedEverywhere } from './places.ts';
import { patchOf } from './seeded.ts';

const parser = await loadParser();
const LONG = 300_000;

const SHARED = ['change_page_attr_set_clr', '__change_page_attr_set_clr'];
const OLD = [...SHARED, 'cpa_flush_range', 'cpa_flush_array'];
const NEW = [...SHARED, 'cpa_process_alias', 'cpa_flush', '__kernel_map_pages', 'set_direct_map_invalid_noflush'];
const SITES: readonly (readonly [Version, string, readonly string[]])[] = [
  ['v4.18', 'arch/x86/mm/pageattr.c', OLD],
  ['v5.1', 'arch/x86/mm/pageattr.c', NEW],
  ['v6.1', 'arch/x86/mm/pat/set_memory.c', ['cpa_flush']],
  ['v6.1', 'arch/x86/mm/init_64.c', ['arch_add_memory', 'mark_rodata_ro']],
];

/** A hunk may leave a finding out that the whole file has, never the other way round. */
test.each(SITES)(
  'in %s, %s: no context finds what the whole file has not',
  (version, path, functions) => {
    const before = baseTree(version);
    const said = (after: ReturnType<typeof baseTree>, context: DiffOptions['context'], whole: boolean) => {
      const patch = patchOf({ before, after }, { context });
      const readKernelFile = (name: string) => (whole ? (before.get(name) ?? null) : null);
      const { patches } = review(patch, { file: 'x.patch', parser, keyIds: 2, pagingLevels: [4], readKernelFile });
      const findings = patches.flatMap((report) => report.findings);
      return new Set(findings.filter(({ severity }) => severity !== 'note').map(({ rule }) => rule));
    };
    const more = functions.flatMap((fn) =>
      hookedEverywhere(before, path, fn).flatMap(({ behind, after }) => {
        const whole = said(after, 3, true);
        return [3, 1].flatMap((context) =>
          [...said(after, context, false)]
            .filter((rule) => !whole.has(rule))
            .map((rule) => `${fn}(), behind line ${behind}, -U${context}: ${rule}`),
        );
      }),
    );
    expect(more).toEqual([]);
  },
  LONG,
);
