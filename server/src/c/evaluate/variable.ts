/** What a declarator makes. */
import type { CType } from '../../../../engine/src/kernel/ctype.ts';
import type { Declarator } from '../ast.ts';
import { evaluate } from './expression.ts';
import { completed } from './initialise.ts';
import { prepareType, type Run } from './run.ts';
import { bind, type Cell, declare, type Scope } from './scope.ts';

/** A variable without a value yet, but for static ones; of an array whose length nobody shows nothing is known. */
export function makeVariable(run: Run, declarator: Declarator, scope: Scope): Cell {
  const { name, init } = declarator;
  const sized = arrayType(run, declarator, scope);
  const type = completed(sized ?? declarator.type, init);
  prepareType(run, type);
  if (sized && !declarator.static) return declare(scope, name, type, run.memory);
  const address = sized && run.memory.allocate(type, name, { zero: true });
  const cell: Cell = { name, type, value: null, address, dynamic: sized === null };
  if (declarator.static) {
    run.statics.set(declarator, cell);
    scope.names.set(name, cell);
  } else bind(scope, name, cell);
  return cell;
}

/** The type of a variable with the lengths that macros and expressions give; null: one is not known. */
function arrayType(run: Run, { type, lengths }: Declarator, scope: Scope): CType | null {
  if (!lengths) return type;
  const given: number[] = [];
  let element = type;
  for (const expr of [...lengths].reverse()) {
    if (element.kind !== 'array') return null;
    const value = expr && evaluate(run, expr, scope);
    if (value?.opaque !== undefined || (value?.bits ?? 0n) > LONGEST_ARRAY) return null;
    given.push(value ? Number(value.bits) : element.length);
    element = element.of;
  }
  return given.reduceRight<CType>((of, length) => ({ kind: 'array', of, length }), element);
}

/** No array of kernel code is longer: such a length is a mistake of the reading, or a hostile one. */
const LONGEST_ARRAY = 1n << 20n;
