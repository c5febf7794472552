/**
 * Allocating tables in a run of the kernel's own flow, in which the machine changes its tables and code has no way to
 * them. It succeeds: that memory is short is tried where the sync asks for it.
 */
import type { BuiltinTable } from '../types.ts';
import { unseenTableAlloc } from './table-alloc.ts';
import type { TableFrames } from './table-frames.ts';
import { tablePages } from './table-pages.ts';

/** A page of RAM, of whose contents nothing is known. */
const SOMEWHERE = 0x1000000n;

const frames: TableFrames = {
  root: SOMEWHERE,
  contains: () => false,
  load: () => 0n,
  store: () => {},
  allocate: () => SOMEWHERE,
  free: () => {},
};

export const unseenTables: BuiltinTable = {
  functions: { ...tablePages.functions(frames), ...unseenTableAlloc(SOMEWHERE) },
  constants: {},
};
