/** Names that only evaluating the patch can give their value. */
import type { Stmt } from '../../c/ast.ts';
import { namesUsed, visit } from '../../c/walk.ts';
import { flatten, type Item } from './items.ts';

/** The patch's own functions, and what statements assign that the patch touches or that call one of them. */
export function foreignNames(items: readonly Item[], patchNames: ReadonlySet<string>): ReadonlySet<string> {
  const touched = flatten(items).filter(
    (item) => item.children.length === 0 && (item.changed || usesAny(item.stmt, patchNames)),
  );
  return new Set([...patchNames, ...touched.flatMap((item) => assignedIn(item.stmt))]);
}

function assignedIn(stmt: Stmt): readonly string[] {
  const names: string[] = [];
  visit(stmt, (node) => {
    // Where a patch only adds a name to a line of declarations, the kernel's names on it keep the kernel's values.
    if (node.kind === 'declare')
      names.push(...node.declarators.filter(({ init }) => init !== null).map((declarator) => declarator.name));
    if (node.kind === 'assign' && node.left.kind === 'name') names.push(node.left.name);
  });
  return names;
}

export function usesAny(stmt: Stmt, names: ReadonlySet<string>): boolean {
  for (const name of namesUsed(stmt)) if (names.has(name)) return true;
  return false;
}
