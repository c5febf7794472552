/** A page changes its KeyID: between two owners the lines of the old one have to leave the caches. */
import { type Address, PAGE_SIZE } from '../../address.ts';
import type { Kernel } from '../model.ts';
import { pageOfPfn } from '../page.ts';
import { setPageKeyId } from '../page-ext.ts';
import type { Scenario } from '../scenario.ts';
import { SMALL, small } from './machines.ts';
import { hex, scenario, type Written } from './request.ts';

const ORDER = 1n;
const PAGES = 1n << ORDER;
const PFN = (SMALL.in2m >> 12n) + 0x40n;
const KEYID = 1n;

/** Whoever has the pages under a KeyID reads or writes all of them. */
function use({ machine }: Kernel, keyId: bigint, access: 'read' | 'write'): void {
  const { pageOffset, directMappingSize } = machine.layout;
  const start: Address = pageOffset + keyId * directMappingSize + (PFN << 12n);
  machine.access(start, start + PAGES * PAGE_SIZE, access);
}

const handover = (
  name: string,
  more: readonly bigint[],
  from: bigint,
  to: bigint,
): Pick<Written, 'on' | 'family' | 'functions' | 'entry' | 'call' | 'args' | 'after' | 'reaches'> => ({
  on: small(),
  family: 'page-keyid',
  functions: [],
  entry: name,
  call: `${name}(${[`pfn_to_page(${hex(PFN)})`, ORDER, ...more].join(', ')})`,
  args: (kernel) => {
    for (let page = 0n; page < PAGES; page++) setPageKeyId(kernel.memory, PFN + page, from);
    use(kernel, from, 'write');
    return [pageOfPfn(kernel.machine.layout, PFN), ORDER, ...more];
  },
  after: (kernel) => use(kernel, to, 'write'),
  reaches: [name],
});

export const pageKeyId: readonly Scenario[] = [
  scenario({
    id: 'page-keyid/alloc-zeroed',
    title: 'two pages that KeyID-0 wrote to are allocated for KeyID-1, and zeroed',
    ...handover('__prep_encrypted_page', [KEYID, 1n], 0n, KEYID),
  }),
  scenario({
    id: 'page-keyid/alloc',
    title: 'two pages that KeyID-0 wrote to are allocated for KeyID-1 as they are',
    ...handover('__prep_encrypted_page', [KEYID, 0n], 0n, KEYID),
  }),
  scenario({
    id: 'page-keyid/free',
    title: 'two pages that KeyID-1 wrote to are freed, and used under KeyID-0',
    ...handover('free_encrypted_page', [], KEYID, 0n),
  }),
];
