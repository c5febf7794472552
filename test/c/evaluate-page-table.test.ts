/** Kernel C that walks and edits page tables: on frames in a plain map, and on those of the engine's machine. */
import { describe, expect, test } from 'vitest';
import { createMachine } from '../../engine/src/create.ts';
import { tableFramesOf } from '../../engine/src/frames.ts';
import type { Layout } from '../../engine/src/layout.ts';
import type { TableFrames } from '../../server/src/c/evaluate/builtins/table-frames.ts';
import { FIVE_LEVELS, FOUR_LEVELS, run, runBody, stubMachine } from './evaluate-run.ts';

/** Tables as a map from physical address to entry. Frames are handed out upwards from 1 MiB. */
function plainFrames(): TableFrames & { readonly entries: Map<bigint, bigint>; readonly freed: bigint[] } {
  const entries = new Map<bigint, bigint>();
  const freed: bigint[] = [];
  let next = 0x100000n;
  const root = next;
  next += 4096n;
  return {
    root,
    entries,
    freed,
    contains: (physical) => physical >= root && physical < next,
    load: (physical) => entries.get(physical) ?? 0n,
    store: (physical, bits) => entries.set(physical, bits),
    allocate: () => {
      next += 4096n;
      return next - 4096n;
    },
    free: (physical) => freed.push(physical),
  };
}

const ADDRESS = '0xffff888040201000';

function check(name: string, body: string, outcome: bigint | string, layout: Layout = FOUR_LEVELS): void {
  test(name, () => {
    const machine = stubMachine(layout);
    expect(runBody(body, { machine, tables: plainFrames() }).outcome).toBe(outcome.toString());
  });
}

const WALK = `unsigned long addr = ${ADDRESS}; pgd_t *pgd = pgd_offset_k(addr); p4d_t *p4d; pud_t *pud; pmd_t *pmd; pte_t *pte;`;
const BUILD = `${WALK}
  p4d = p4d_offset(pgd, addr);
  p4d_populate(&init_mm, p4d, (pud_t *)get_zeroed_page(GFP_KERNEL));
  pud = pud_offset(p4d, addr);
  pud_populate(&init_mm, pud, (pmd_t *)get_zeroed_page(GFP_KERNEL));
  pmd = pmd_offset(pud, addr);
  pmd_populate_kernel(&init_mm, pmd, (pte_t *)get_zeroed_page(GFP_KERNEL));
  pte = pte_offset_kernel(pmd, addr);
  set_pte(pte, pfn_pte(0x40201, PAGE_KERNEL));`;

describe('helpers', () => {
  check(
    'pud_alloc() and its kin make what is missing',
    `${WALK} p4d = p4d_alloc(&init_mm, pgd, addr); pud = pud_alloc(&init_mm, p4d, addr); pmd = pmd_alloc(&init_mm, pud, addr);
     pte = pte_alloc_kernel(pmd, addr); set_pte(pte, __pte(1));
     return pte_val(*pte_offset_kernel(pmd_offset(pud_offset(p4d, addr), addr), addr)) == 1 && pud_alloc(&init_mm, p4d, addr) == pud;`,
    1n,
  );
  check(
    'a list of struct pages',
    `struct page *page; int sum = 0; LIST_HEAD(dead);
     list_add(&pfn_to_page(3)->lru, &dead); list_add_tail(&pfn_to_page(5)->lru, &dead);
     while (!list_empty(&dead)) { page = list_first_entry(&dead, struct page, lru); sum = sum * 10 + page_to_pfn(page); list_del(&page->lru); }
     return sum * 10 + list_empty(&dead);`,
    351n,
  );
});

describe('walking', () => {
  check(
    'a table built from the top, four levels',
    `${BUILD} return pte_pfn(*pte_offset_kernel(pmd_offset(pud_offset(p4d_offset(pgd_offset_k(addr), addr), addr), addr), addr));`,
    0x40201n,
  );
  check(
    'lookup_address()',
    `unsigned int level; ${BUILD} return lookup_address(addr, &level) == pte && level == PG_LEVEL_4K;`,
    1n,
  );
  check(
    'lookup_address() finds nothing',
    'unsigned int level; return lookup_address(PAGE_OFFSET, &level) == NULL;',
    1n,
  );
  check(
    'entries as arrays',
    `${BUILD} return pte_none(pte[1]) && !pte_none(*pte) && pte_val(pte[0]) == pte_val(*pte);`,
    1n,
  );
  check('pointer arithmetic goes entry by entry', `${WALK} return (unsigned long)(pgd + 1) - (unsigned long)pgd;`, 8n);
  check(
    'indexes',
    `${WALK} return pgd_index(addr) * 1000000 + pud_index(addr) * 10000 + pmd_index(addr) * 10 + pte_index(addr);`,
    273n * 1000000n + 1n * 10000n + 1n * 10n + 1n,
  );
  check(
    'the folded p4d is the pgd entry',
    `${WALK} return (void *)p4d_offset(pgd, addr) == (void *)pgd && !pgd_none(*pgd) && p4d_none(*p4d_offset(pgd, addr));`,
    1n,
  );
  check(
    'populating and clearing a folded pgd does nothing',
    `${BUILD} pgd_clear(pgd); pgd_populate(&init_mm, pgd, (p4d_t *)p4d); return pte_none(*pte_offset_kernel(pmd_offset(pud_offset(p4d_offset(pgd, addr), addr), addr), addr));`,
    0n,
  );
  check(
    'init_mm.pgd and swapper_pg_dir are the root',
    'return init_mm.pgd == swapper_pg_dir && pgd_offset(&init_mm, PAGE_OFFSET) == pgd_offset_k(PAGE_OFFSET);',
    1n,
  );
  check(
    'reading behind a NULL entry pointer',
    'pmd_t *pmd = NULL; return pmd_none(*pmd);',
    'fault null-dereference at `*pmd`',
  );
});

describe('five levels', () => {
  const address = '0xff11000040201000';
  const body = `unsigned long addr = ${address}; pgd_t *pgd = pgd_offset_k(addr); p4d_t *p4d;`;
  check('the pgd is a level of its own', `${body} return pgd_none(*pgd);`, 1n, FIVE_LEVELS);
  check(
    'pgd_populate() hooks a p4d table',
    `${body} pgd_populate(&init_mm, pgd, (p4d_t *)__get_free_page(GFP_KERNEL | __GFP_ZERO)); p4d = p4d_offset(pgd, addr); set_p4d(p4d, __p4d(0x5067)); return p4d_val(*p4d_offset(pgd, addr));`,
    0x5067n,
    FIVE_LEVELS,
  );
  check('p4d_index()', `${body} return p4d_index(addr + 3 * P4D_SIZE) - p4d_index(addr);`, 3n, FIVE_LEVELS);
});

describe('entries', () => {
  check(
    'pmd_large',
    'return pmd_large(__pmd(0x2000e3)) && !pmd_large(__pmd(0x200063)) && !pud_large(__pud(0x80)) && pud_large(__pud(0x81));',
    1n,
  );
  check('KeyID bits are no part of the frame', 'return pte_pfn(__pte(0x1163 | 2UL << mktme_keyid_shift));', 1n);
  check('a huge frame is aligned', 'return pmd_pfn(__pmd(0x3ff0e3)) == 0x200;', 1n);
  check('accessed and dirty do not make an entry', 'return pte_none(__pte(0x60)) && !pte_none(__pte(0x61));', 1n);
  check('struct page of a table', 'return page_to_pfn(pmd_page(__pmd(0x5067)));', 5n);
  check('flags', 'return pte_flags(__pte(0x1163)) == 0x163 && pgprot_val(pte_pgprot(__pte(0x1163))) == 0x163;', 1n);
  check('PAT moves in a huge entry', 'return pgprot_val(pgprot_4k_2_large(__pgprot(0x80)));', 0x1000n);
});

describe('where an entry ends', () => {
  check('inside', 'return pmd_addr_end(PAGE_OFFSET + 0x1000, PAGE_OFFSET + 0x3000) - PAGE_OFFSET;', 0x3000n);
  check(
    'at the boundary',
    'return pmd_addr_end(PAGE_OFFSET + 0x1000, PAGE_OFFSET + 0x300000) - PAGE_OFFSET;',
    0x200000n,
  );
  check('at the end of the address space', 'return pgd_addr_end(0xffffff8000000000, 0) == 0;', 1n);
  check('a pgd entry, four levels', 'return pgd_addr_end(PAGE_OFFSET, ~0UL) - PAGE_OFFSET;', 1n << 39n);
  check(
    'a pgd entry, five levels',
    'return pgd_addr_end(PAGE_OFFSET, ~0UL) - PAGE_OFFSET;',
    BigInt(0xff12000000000000n - 0xff11000000000000n),
    FIVE_LEVELS,
  );
});

test('pages are freed by address and by struct page; of others the frames are told too', () => {
  const tables = plainFrames();
  const body = `unsigned long a = get_zeroed_page(GFP_KERNEL), b = get_zeroed_page(GFP_KERNEL);
    free_page(a); __free_page(virt_to_page((void *)b)); free_page(0); free_page(PAGE_OFFSET); return 0;`;
  runBody(body, { tables });
  expect(tables.freed).toEqual([0x101000n, 0x102000n, 0n]);
});
test('memory may be short', () => {
  const tables = { ...plainFrames(), allocate: () => null };
  expect(
    runBody('return __get_free_page(GFP_KERNEL) == 0 && alloc_page(GFP_KERNEL) == NULL;', { tables }).outcome,
  ).toBe('1');
});

/** A small sync of one KeyID's pte table, as patches write it. */
const COPY = `
static int copy_ptes(pmd_t *dst, pmd_t *src, unsigned long addr, unsigned long end, unsigned long keyid)
{
	pte_t *from = pte_offset_kernel(src, addr), *to = pte_offset_kernel(dst, addr);

	for (; addr != end; addr += PAGE_SIZE, from++, to++) {
		pteval_t val;

		if (pte_none(*from)) {
			set_pte(to, __pte(0));
			continue;
		}
		val = pte_val(*from) | keyid << mktme_keyid_shift;
		val &= __supported_pte_mask;
		set_pte(to, __pte(val));
	}
	flush_tlb_all();
	return 0;
}

static pmd_t *find(unsigned long addr)
{
	return pmd_offset(pud_offset(p4d_offset(pgd_offset_k(addr), addr), addr), addr);
}

long f(unsigned long start, unsigned long end, unsigned long keyid)
{
	return copy_ptes(find(start + keyid * direct_mapping_size), find(start), start, end, keyid);
}
`;

describe.each([4, 5] as const)("on the engine's machine, %d levels", (pagingLevels) => {
  test('C that copies entries leaves the KeyIDs it serves coherent', () => {
    const machine = createMachine({ pagingLevels, ramBytes: 1n << 32n, keyIds: 3 });
    const base = machine.layout.pageOffset;
    machine.map(base, base + (1n << 21n), '4K', ['rw', 'nx']);
    machine.enable();
    machine.protect(base + 0x3000n, base + 0x5000n, [], ['rw']);
    expect(machine.coherence().map((stale) => stale.keyId)).toEqual([1, 2, 3]);
    const frames = tableFramesOf(machine);
    const tables: TableFrames = {
      root: frames.pgd,
      contains: (at) => frames.contains(at),
      load: (at) => frames.load(at),
      store: (at, bits) => frames.store(at, bits),
      allocate: () => frames.allocFrame(),
      free: (at) => frames.freeFrame(at),
      settle: () => frames.commit(),
    };
    const before = machine.events.length;
    for (const keyId of [1n, 3n]) {
      const { outcome, log } = run(COPY, { machine, tables, args: [base + 0x2000n, base + 0x6000n, keyId] });
      expect({ outcome, log }).toEqual({ outcome: '0', log: [] });
    }
    expect(machine.coherence().map((stale) => stale.keyId)).toEqual([2]);
    expect(machine.events.slice(before).at(-1)?.kind).toBe('tlb-flush');
  });
});
