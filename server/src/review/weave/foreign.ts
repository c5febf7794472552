/** Unchanged statements that the kernel's steps cannot run for the patch. */
import type { KernelFunction } from '../../../../engine/src/kernel/model.ts';
import type { Stmt } from '../../c/ast.ts';
import { namesReadFirst, namesUsed, visit } from '../../c/walk.ts';
import { flatten, headOf, type Item } from './items.ts';

export interface ForeignInput {
  readonly items: readonly Item[];
  readonly patchNames: ReadonlySet<string>;
  readonly model: KernelFunction | null;
  /** How the hunk spells the kernel's names, as far as unchanged statements say. */
  readonly aliases: ReadonlyMap<string, string>;
}

/**
 * Tells the statements that have to be evaluated though the patch does not change them: they use the patch's own
 * functions, come behind a statement that is evaluated and assigns what they read, or give a variable that the model does
 * not have the value that the patch reads.
 */
export function foreignTo({ items, patchNames, model, aliases }: ForeignInput): (item: Item) => boolean {
  const all = flatten(items);
  const evaluated = all.filter(
    ({ stmt, state, changed, children }) =>
      (children.length === 0 && (changed || usesAny(stmt, patchNames))) || (children.length > 0 && state === 'added'),
  );
  const since = new Map<string, number>();
  for (const { stmt, order } of evaluated)
    for (const name of assignedIn(headOf(stmt))) since.set(name, Math.min(order, since.get(name) ?? order));
  const foreignGiven =
    (unmodelled: ReadonlySet<string>) =>
    (item: Item): boolean => {
      if (assignedIn(item.stmt).some((name) => unmodelled.has(name)) && item.children.length === 0) return true;
      for (const name of namesUsed(item.stmt)) if (patchNames.has(name)) return true;
      for (const name of namesReadFirst(item.stmt))
        if (flatten([item]).some((inner) => inner.order > (since.get(name) ?? inner.order))) return true;
      return false;
    };
  // What is evaluated because of others reads variables, too.
  const leaves = all.filter(({ children }) => children.length === 0);
  for (let unmodelled = unmodelledNames(all, evaluated, model, aliases); ; ) {
    const isForeign = foreignGiven(unmodelled);
    const more = unmodelledNames(all, [...evaluated, ...leaves.filter(isForeign)], model, aliases);
    if (more.size === unmodelled.size) return isForeign;
    unmodelled = more;
  }
}

/** What evaluated statements read and the model has no variable for. In code that renames the kernel's own nothing tells. */
function unmodelledNames(
  all: readonly Item[],
  evaluated: readonly Item[],
  model: KernelFunction | null,
  aliases: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  if (!model) return new Set();
  const kernels = new Set([...model.parameters, ...model.locals].map((variable) => variable.name));
  const kept = all.filter((item) => item.state === 'kept');
  const spelled = kept.some(({ stmt }) => [...namesUsed(stmt), ...assignedIn(stmt)].some((name) => kernels.has(name)));
  if (!spelled) return new Set();
  const read = evaluated.flatMap(({ stmt }) => [...namesUsed(headOf(stmt))]);
  return new Set(read.filter((name) => !kernels.has(aliases.get(name) ?? name)));
}

/** Variables that a statement sets, or declares with a value. */
export function assignedIn(stmt: Stmt): readonly string[] {
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
