/** Marks: how hunks show the steps of the kernel's flow. Each is C, names only what its function has, and finds what it says. */
import { describe, expect, test } from 'vitest';
import { functionsOf, kernelFunction, versionOf } from '../../engine/src/kernel/catalogue.ts';
import type { KernelFunction, Node, Version } from '../../engine/src/kernel/model.ts';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { parseStatements } from '../../server/src/c/parse/snippet.ts';
import { calledIn, matchPattern, parsePattern } from '../../server/src/c/pattern.ts';

const parser = await loadParser();
const VERSIONS: readonly Version[] = ['v4.18', 'v5.1', 'v5.2', 'v6.1'];

const nodesOf = (nodes: readonly Node[]): readonly Node[] =>
  nodes.flatMap((node) => ('body' in node ? [node, ...nodesOf(node.body)] : [node]));
const marksOf = (model: KernelFunction): readonly string[] =>
  nodesOf(model.body).flatMap((node) => (node.kind === 'label' ? [] : node.marks));
const namesIn = (mark: string): readonly string[] => [...mark.matchAll(/\$(\w+)/g)].map((match) => match[1] ?? '');

/** The mark as a hunk would write it, with every local under another name. */
const spelled = (mark: string): string => {
  const code = mark.replace(/\$(\w+)/g, 'my_$1').replace(/\b_\b/g, 'something');
  return /[;}]$/.test(code) ? code : `${code};`;
};

describe.each(VERSIONS)('%s', (version) => {
  test.each(functionsOf(version).map((model) => [model.name, model] as const))('%s()', (_name, model) => {
    const known = new Set([...model.parameters, ...model.locals].map(({ name }) => name));
    expect(known.size).toBe(model.parameters.length + model.locals.length);
    for (const mark of marksOf(model)) {
      const pattern = parsePattern(parser, mark);
      expect(pattern.expr ?? pattern.stmt, `${mark} is no C`).not.toBeNull();
      expect(
        namesIn(mark).filter((name) => !known.has(name)),
        mark,
      ).toEqual([]);
      const [stmt] = parseStatements(parser, spelled(mark));
      const bindings = stmt && matchPattern(pattern, stmt)?.bindings;
      expect(bindings, `${mark} does not match ${spelled(mark)}`).toBeDefined();
      // What is told of it before it is read must be true of what was read.
      expect(pattern.names, mark).toEqual(expect.arrayContaining([...calledIn(mark)]));
      for (const name of namesIn(mark)) expect(bindings?.get(name), mark).toBe(`my_${name}`);
    }
  });
});

/** The step that a statement marks best: with the longest mark. Blocks are shown by compound statements only. */
function stepOf(name: string, version: Version, code: string): string | null {
  const model = kernelFunction(name, version);
  const [stmt] = parseStatements(parser, code);
  if (!model || !stmt) throw new Error(`${name}() or the statement is missing`);
  const compound = ['if', 'for', 'while', 'do'].includes(stmt.kind);
  const matches = nodesOf(model.body).flatMap((node) => {
    if (node.kind === 'label' || (node.kind !== 'step' && !compound)) return [];
    const marks = node.marks.filter((mark) => matchPattern(parsePattern(parser, mark), stmt));
    return marks.map((mark) => ({ step: node.name, weight: mark.length }));
  });
  return matches.sort((a, b) => b.weight - a.weight)[0]?.step ?? null;
}

/** Statements as hunks show them, locals renamed, and the step each stands for. */
const shown: readonly (readonly [string, Version, string, string])[] = [
  ['cpa_flush', 'v5.1', 'BUG_ON(irqs_disabled() && !early_boot_irqs_disabled);', 'interrupts must be on'],
  ['cpa_flush', 'v5.1', 'if (uc && !static_cpu_has(X86_FEATURE_CLFLUSH)) {}', 'no clflush: flush everything'],
  ['cpa_flush', 'v5.1', 'if (!uc) return;', 'no memory type changed'],
  ['cpa_flush', 'v5.1', 'on_each_cpu(__cpa_flush_tlb, c, 1);', 'flush the TLBs'],
  ['cpa_flush', 'v6.1', 'unsigned long a = __cpa_addr(c, k);', 'its address'],
  ['cpa_flush', 'v6.1', 'pte_t *p = lookup_address(a, &l);', 'its entry'],
  ['cpa_flush', 'v6.1', 'clflush_cache_range_opt((void *)fix_addr(a), PAGE_SIZE);', 'clflush the page, if present'],
  ['change_page_attr_set_clr', 'v5.1', 'r = __change_page_attr_set_clr(&c, alias);', 'change all pages'],
  ['change_page_attr_set_clr', 'v5.1', 'if (!(c.flags & CPA_FLUSHTLB)) goto out;', 'nothing changed'],
  ['change_page_attr_set_clr', 'v5.1', 'uc = !!pgprot2cachemode(set);', 'does the memory type change?'],
  ['change_page_attr_set_clr', 'v4.18', 'cpa_flush_range(b, n, uc);', 'flush the range'],
  ['__change_page_attr', 'v5.1', 'set_pte_atomic(p, q);', 'write the entry'],
  ['__change_page_attr', 'v5.1', 'e = split_large_page(c, p, a);', 'split it'],
  ['__change_page_attr_set_clr', 'v6.1', 'r = cpa_process_alias(c);', 'change the alias'],
  ['kernel_physical_mapping_init', 'v5.1', 'if (changed) {}', 'a top-level entry is new'],
  ['kernel_physical_mapping_init', 'v5.1', 'changed = true;', 'the other page tables lack it'],
  ['__kernel_physical_mapping_init', 'v5.2', 'sync_global_pgds(s, e - 1);', 'copy it to the other page tables'],
  ['kernel_physical_mapping_remove', 'v5.1', 'remove_pagetable(s, e, true, NULL);', 'remove the range'],
  ['kernel_physical_mapping_remove', 'v5.1', 'e = (unsigned long)__va(e);', 'start in the direct mapping'],
  ['mark_rodata_ro', 'v5.1', 'set_memory_ro(s, (e - s) >> PAGE_SHIFT);', 'text and rodata read-only'],
  [
    'mark_rodata_ro',
    'v5.1',
    'free_kernel_image_pages((void *)t, (void *)r);',
    'give back the gap between text and rodata',
  ],
  ['init_page_mktme', 'v5.1', 'static_branch_enable(&mktme_enabled_key);', 'MKTME is on'],
];

test.each(shown)('%s() of %s: %s', (name, version, code, step) => {
  expect(stepOf(name, version, code)).toBe(step);
});

describe('versionOf()', () => {
  test.each([
    [['arch/x86/mm/pat/set_memory.c'], [], 'v6.1'],
    [['arch/x86/mm/pageattr.c'], ['cpa_flush_array'], 'v4.18'],
    [['arch/x86/mm/pageattr.c'], ['cpa_flush'], 'v5.1'],
    [['arch/x86/mm/init_64.c'], ['__kernel_physical_mapping_init'], 'v5.2'],
    [['arch/x86/mm/init_64.c'], ['kernel_physical_mapping_init'], 'v5.1'],
  ] as const)('%j with %j: %s', (paths, names, version) => {
    expect(versionOf({ paths, names })).toBe(version);
  });
});
