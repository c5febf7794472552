/** The field's functions and constants: each row is an expression and its value, worked out by hand for the stub machine. */
import { describe, expect, test } from 'vitest';
import { FIVE_LEVELS, runBody, stubMachine } from './evaluate-run.ts';

type Rows = Record<string, bigint | string>;

function check(area: string, rows: Rows, machine = stubMachine()): void {
  describe(area, () => {
    test.each(Object.entries(rows))('%s', (expression, outcome) => {
      const expected = typeof outcome === 'bigint' ? BigInt.asIntN(64, outcome).toString() : outcome;
      expect(runBody(`return (long)(${expression});`, { machine }).outcome).toBe(expected);
    });
  });
}

const DIRECT = 0xffff888000000000n;
const VMEMMAP = 0xffffea0000000000n;

check('page constants', {
  PAGE_SIZE: 4096n,
  PAGE_MASK: ~4095n,
  PMD_SIZE: 0x200000n,
  PUD_SIZE: 0x40000000n,
  P4D_SIZE: 1n << 39n,
  PGDIR_SIZE: 1n << 39n,
  'PTRS_PER_PTE * PAGE_SIZE': 0x200000n,
  PTRS_PER_P4D: 1n,
  PAGE_OFFSET: DIRECT,
  max_pfn: 0x400000n,
  direct_mapping_size: 1n << 40n,
  direct_mapping_mask: (1n << 40n) - 1n,
  'PAGE_OFFSET + mktme_nr_keyids * direct_mapping_size': DIRECT + (3n << 40n),
  'mktme_nr_keyids()': 3n,
  'mktme_keyid_mask >> mktme_keyid_shift': 3n,
  'mktme_keyid_mask() & PTE_PFN_MASK': 0n,
  'mktme_enabled()': 1n,
  '-ENOMEM': -12n,
  'NULL == 0': 1n,
  'true + false': 1n,
  '_PAGE_NX >> 63': 1n,
  'CPA_FLUSHTLB | CPA_ARRAY | CPA_PAGES_ARRAY | CPA_NO_CHECK_ALIAS': 15n,
});

check(
  'five levels',
  {
    PAGE_OFFSET: 0xff11000000000000n,
    PGDIR_SIZE: 1n << 48n,
    PTRS_PER_P4D: 512n,
    '(unsigned long)pfn_to_page(0)': 0xffd4000000000000n,
    'pgtable_l5_enabled()': 1n,
  },
  stubMachine(FIVE_LEVELS),
);

check('alignment', {
  'ALIGN(0x1001, 0x1000)': 0x2000n,
  'ALIGN_DOWN(0x1fff, 0x1000)': 0x1000n,
  'round_up(0x200001UL, PMD_SIZE)': 0x400000n,
  'round_up(0x200000UL, PMD_SIZE)': 0x200000n,
  'round_down(0x3fffff, PMD_SIZE)': 0x200000n,
  'round_down(PAGE_OFFSET + 0x3fffff, PMD_SIZE)': DIRECT + 0x200000n,
  'roundup(10, 3)': 12n,
  'rounddown(10, 3)': 9n,
  'PAGE_ALIGN(1)': 4096n,
  'PAGE_ALIGNED(0x2000)': 1n,
  'PAGE_ALIGNED(0x2001)': 0n,
  'IS_ALIGNED(0x400000, PMD_SIZE)': 1n,
  'PFN_UP(4097)': 2n,
  'PFN_DOWN(8191)': 1n,
  'PFN_PHYS(3)': 0x3000n,
  'PFN_ALIGN(5)': 0x1000n,
  'DIV_ROUND_UP(4097, 4096)': 2n,
  'BIT(40)': 1n << 40n,
  'GENMASK(51, 46)': 0xfc00000000000n,
  'roundup_pow_of_two(1025)': 2048n,
  'rounddown_pow_of_two(1025)': 1024n,
  'ilog2(4096)': 12n,
  'get_order(8192)': 1n,
  'is_power_of_2(48)': 0n,
});

check('numbers', {
  'min(3, 2)': 2n,
  'max(-1, 1)': 1n,
  'min(-1L, 1UL) == 1': 1n,
  'min_t(unsigned long, -1, 1)': 1n,
  'min_t(int, -1, 1)': -1n,
  'max_t(u64, 5, 7)': 7n,
  'clamp(9, 1, 5)': 5n,
  'clamp_t(unsigned long, 0, 1, 5)': 1n,
  'abs(-4)': 4n,
  'within(5, 5, 6)': 1n,
  'within(6, 5, 6)': 0n,
});

check('addresses', {
  '__va(0x200000)': DIRECT + 0x200000n,
  '__pa(PAGE_OFFSET + 0x200000)': 0x200000n,
  '__pa(PAGE_OFFSET + 2 * direct_mapping_size + 0x1000)': 0x1000n,
  '__pa(0xffffffff81000000)': 0x1000000n,
  'pfn_to_page(2)': VMEMMAP + 128n,
  'virt_to_page(__va(0x3000)) - pfn_to_page(0)': 3n,
  'page_to_pfn(pfn_to_page(77))': 77n,
  'page_address(pfn_to_page(0x200))': DIRECT + 0x200000n,
  'page_to_virt(virt_to_page((void *)PAGE_OFFSET))': DIRECT,
  'vmalloc_to_pfn((void *)0xffffc90000000000)': 0x1234n,
  'slow_virt_to_phys((void *)0xffffc90000000010)': 0x1234010n,
  // The stub maps nothing here: taken out of the mapping, the entry keeps its frame.
  'slow_virt_to_phys((void *)(PAGE_OFFSET + 0x5123))': 0x5123n,
  'is_vmalloc_addr((void *)0xffffc90000000000)': 1n,
  'is_vmalloc_addr((void *)PAGE_OFFSET)': 0n,
  'virt_addr_valid(PAGE_OFFSET)': 1n,
  'pfn_valid(max_pfn)': 0n,
  'pfn_range_is_mapped(0, max_pfn)': 1n,
  '_text == &_text': 1n,
  '((unsigned long)_text - __START_KERNEL_map) >> 20': 16n,
});

check('wrappers and features', {
  'likely(3)': 3n,
  'READ_ONCE(max_pfn)': 0x400000n,
  'static_cpu_has(X86_FEATURE_CLFLUSH)': 1n,
  'boot_cpu_has(X86_FEATURE_PSE)': 1n,
  'static_cpu_has(X86_FEATURE_SOMETHING)': 'opaque: X86_FEATURE_SOMETHING',
  'irqs_disabled() && !early_boot_irqs_disabled': 0n,
  'IS_ENABLED(CONFIG_X86_64)': 1n,
  'IS_ENABLED(CONFIG_OTHER)': 'opaque: CONFIG_OTHER',
  'static_branch_unlikely(&mktme_enabled_key)': 1n,
  'WARN_ON(2)': 1n,
  'offsetof(struct cpa_data, numpages)': 32n,
  'IS_ERR(ERR_PTR(-12))': 1n,
  'PTR_ERR(ERR_PTR(-12))': -12n,
  constructor: "opaque: 'constructor' is not shown",
  'toString(1)': 'opaque: toString() is not known',
});

const CPA = 'unsigned long a[2] = {0x1000, 0x9000}; struct page *p[2] = {pfn_to_page(1), pfn_to_page(8)};';
describe('__cpa_addr() in the three modes', () => {
  test.each([
    ['struct cpa_data c = { .vaddr = a };', 0x2000n],
    ['struct cpa_data c = { .vaddr = a, .flags = CPA_ARRAY };', 0x9000n],
    ['struct cpa_data c = { .pages = p, .flags = CPA_PAGES_ARRAY };', DIRECT + 0x8000n],
  ])('%s', (cpa, address) => {
    expect(runBody(`${CPA} ${cpa} return __cpa_addr(&c, 1);`).outcome).toBe(BigInt.asIntN(64, address).toString());
  });
});

test('heap: kzalloc is zero, kmalloc is not set, kfree ends it', () => {
  const outcome = (body: string): string => runBody(body).outcome;
  expect(outcome('int *p = kzalloc(8, GFP_KERNEL); return p[1];')).toBe('0');
  expect(outcome('int *p = kmalloc(8, GFP_KERNEL); return p[1];')).toBe('fault uninitialised at `p[1]`');
  expect(outcome('int *p = kmalloc(8, GFP_KERNEL | __GFP_ZERO); return p[1];')).toBe('0');
  expect(outcome('int *p = kzalloc(8, GFP_KERNEL); return p[2];')).toBe('fault out-of-bounds at `p[2]`');
  expect(outcome('int *p = kzalloc(8, GFP_KERNEL); kfree(p); return *p;')).toBe('fault freed at `*p`');
});

test('tables are allocated where nobody sees them, and what is in them is not known', () => {
  const all = `pgd_t *pgd = pgd_offset_k(0); p4d_t *p4d = p4d_alloc(&init_mm, pgd, 0); pud_t *pud = pud_alloc(&init_mm, p4d, 0);
    return p4d && pud && pmd_alloc(&init_mm, pud, 0) && !pte_alloc(&init_mm, NULL) && get_zeroed_page(GFP_KERNEL);`;
  expect(runBody(all).outcome).toBe('1');
  expect(runBody('return pud_val(*pud_alloc(&init_mm, NULL, 0));').outcome).toBe('opaque: the contents of RAM');
});

test('swap and WRITE_ONCE assign', () => {
  expect(runBody('int a = 1, b = 2; swap(a, b); WRITE_ONCE(b, b + 5); return a * 10 + b;').outcome).toBe('26');
});

test('BUG_ON ends the run where it stands; of an opaque condition it does not', () => {
  expect(runBody('int x = 1; BUG_ON(x == 1); return 0;').outcome).toBe('bug at `BUG_ON(x == 1)`');
  expect(runBody('BUG_ON(ask()); return 4;').outcome).toBe('4');
});

test('locks are atomic sections; mutexes are not; saved flags are set', () => {
  const depths: string[] = [];
  const body = `unsigned long flags; spin_lock(&init_mm.page_table_lock); spin_unlock(&init_mm.page_table_lock);
    mutex_lock(&m); mutex_unlock(&m); local_irq_save(flags); local_irq_restore(flags); return flags != 0;`;
  const atomic = (depth: number, what: string): void => {
    depths.push(`${what} ${depth}`);
  };
  expect(runBody(body, { hooks: { atomic } }).outcome).toBe('1');
  expect(depths).toEqual(['spin_lock 1', 'spin_lock 0', 'local_irq_save 1', 'local_irq_save 0']);
});
