/** Which labels and cases stand inside a statement: where a jump has to go down. */
import type { Stmt } from '../ast.ts';

/** What a jump looks for: a label's name, or a case of the switch that is entered. */
export type Sought = string | Stmt;

const labelsIn = new WeakMap<Stmt, ReadonlySet<string>>();
const NONE: ReadonlySet<string> = new Set();

export const childrenOf = (stmt: Stmt): readonly Stmt[] => {
  switch (stmt.kind) {
    case 'block':
    case 'model':
      return stmt.body;
    case 'if':
      return stmt.otherwise ? [stmt.then, stmt.otherwise] : [stmt.then];
    case 'for':
    case 'while':
    case 'do':
    case 'switch':
      return [stmt.body];
    default:
      return [];
  }
};

/** The label that a statement is; null: it is something else. */
function labelOf(stmt: Stmt): string | null {
  if (stmt.kind === 'label') return stmt.name;
  return stmt.kind === 'model' && stmt.node.kind === 'label' ? stmt.node.name : null;
}

function labels(stmt: Stmt): ReadonlySet<string> {
  const children = childrenOf(stmt);
  if (children.length === 0) return NONE;
  const known = labelsIn.get(stmt);
  if (known) return known;
  const all = new Set<string>();
  for (const child of children) {
    const own = labelOf(child);
    if (own !== null) all.add(own);
    for (const label of labels(child)) all.add(label);
  }
  const found = all.size === 0 ? NONE : all;
  labelsIn.set(stmt, found);
  return found;
}

/** True if a jump to `sought` goes to this statement or into it. Cases of an inner switch are not the outer one's. */
export function holds(stmt: Stmt, sought: Sought): boolean {
  if (typeof sought === 'string') return labelOf(stmt) === sought || labels(stmt).has(sought);
  if (stmt === sought) return true;
  return stmt.kind !== 'switch' && childrenOf(stmt).some((child) => holds(child, sought));
}

/** The cases of a switch in order, those of inner ones left out. */
export function casesOf(body: Stmt): readonly (Stmt & { kind: 'case' })[] {
  if (body.kind === 'case') return [body];
  if (body.kind === 'switch') return [];
  return childrenOf(body).flatMap(casesOf);
}
