/** All functions and constants of the field. */
import type { BuiltinTable } from '../types.ts';
import { alignment } from './alignment.ts';
import { asserts } from './asserts.ts';
import { compiler } from './compiler.ts';
import { constants } from './constants.ts';
import { entries } from './entries.ts';
import { features } from './features.ts';
import { heap } from './heap.ts';
import { lists } from './lists.ts';
import { locks } from './locks.ts';
import { numbers } from './numbers.ts';
import { pages } from './pages.ts';
import { printing } from './printing.ts';
import { unseenTables } from './unseen-tables.ts';

const tables: readonly BuiltinTable[] = [
  constants,
  alignment,
  numbers,
  compiler,
  pages,
  entries,
  asserts,
  locks,
  printing,
  features,
  heap,
  lists,
  unseenTables,
];

/** Tables as one; later ones win. */
export const joined = (list: readonly BuiltinTable[]): BuiltinTable => ({
  functions: Object.assign({}, ...list.map((table) => table.functions)),
  constants: Object.assign({}, ...list.map((table) => table.constants)),
});

export const builtins: BuiltinTable = joined(tables);
