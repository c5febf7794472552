/** All functions and constants of the field. */
import type { BuiltinTable } from '../types.ts';
import { alignment } from './alignment.ts';
import { asserts } from './asserts.ts';
import { compiler } from './compiler.ts';
import { constants } from './constants.ts';
import { features } from './features.ts';
import { heap } from './heap.ts';
import { locks } from './locks.ts';
import { numbers } from './numbers.ts';
import { pages } from './pages.ts';
import { printing } from './printing.ts';

const tables: readonly BuiltinTable[] = [
  constants,
  alignment,
  numbers,
  compiler,
  pages,
  asserts,
  locks,
  printing,
  features,
  heap,
];

export const builtins: BuiltinTable = {
  functions: Object.assign({}, ...tables.map((table) => table.functions)),
  constants: Object.assign({}, ...tables.map((table) => table.constants)),
};
