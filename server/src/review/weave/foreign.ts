/** Names that only evaluating the patch can give their value. */
import type { Stmt } from '../../c/ast.ts';
import { namesUsed, visit } from '../../c/walk.ts';
import { flatten, type Item } from './items.ts';

/**
 * Tells the statements that have to be evaluated though the patch does not change them: they use the patch's own
 * functions, or come behind a statement that assigns what they use and that is evaluated.
 */
export function foreignTo(items: readonly Item[], patchNames: ReadonlySet<string>): (item: Item) => boolean {
  const since = new Map<string, number>();
  for (const item of flatten(items)) {
    if (item.children.length > 0 || !(item.changed || usesAny(item.stmt, patchNames))) continue;
    for (const name of assignedIn(item.stmt)) since.set(name, Math.min(item.order, since.get(name) ?? item.order));
  }
  return (item) => {
    for (const name of namesUsed(item.stmt))
      if (patchNames.has(name) || flatten([item]).some((inner) => inner.order > (since.get(name) ?? inner.order)))
        return true;
    return false;
  };
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

function usesAny(stmt: Stmt, names: ReadonlySet<string>): boolean {
  for (const name of namesUsed(stmt)) if (names.has(name)) return true;
  return false;
}
