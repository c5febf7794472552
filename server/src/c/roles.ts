/**
 * What the shown pieces of a function do with names that they do not declare: parameters, locals declared outside the
 * hunk, globals and functions. The review tells by it which of the kernel's names a renamed one stands for.
 */
import type { Expr, Piece, Span } from './ast.ts';
import { type AstNode, childrenOf, namesDeclared } from './walk.ts';

export interface Role {
  readonly name: string;
  /** Where the name stands, in the order of the text. */
  readonly uses: readonly Span[];
  /** Struct fields accessed through it: `x->vaddr`, `x.flags`. */
  readonly fields: readonly { readonly field: string; readonly arrow: boolean }[];
  readonly called: boolean;
  /** `*x` */
  readonly dereferenced: boolean;
  /** `x[i]` */
  readonly indexed: boolean;
  /** `&x` */
  readonly addressTaken: boolean;
  /** Its value changes: `x = ...`, `x += ...`, `x++`. */
  readonly assigned: boolean;
  /** `x = f(...)`: the functions whose result it gets. */
  readonly assignedFrom: readonly string[];
  /** Given to calls: `f(a, x)` is argument 1 of f, `f(&x)` counts too. */
  readonly argumentOf: readonly { readonly function: string; readonly index: number }[];
  /** Stands in the condition of an `if`, a loop, a switch or `?:`. */
  readonly inCondition: boolean;
  /** `!x`, or the whole condition: used as a truth value. */
  readonly asTruth: boolean;
  readonly returned: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };
type Growing = Mutable<Role>;

const emptyRole = (name: string): Growing => ({
  name,
  uses: [],
  fields: [],
  called: false,
  dereferenced: false,
  indexed: false,
  addressTaken: false,
  assigned: false,
  assignedFrom: [],
  argumentOf: [],
  inCondition: false,
  asTruth: false,
  returned: false,
});

/** Roles by name, of all names that the pieces use and none of them declares. */
export function rolesOf(pieces: readonly Piece[]): ReadonlyMap<string, Role> {
  const declared = new Set(pieces.flatMap(({ body }) => body.flatMap((stmt) => [...namesDeclared(stmt)])));
  const roles = new Map<string, Growing>();
  const of = (name: string): Growing | null => {
    if (declared.has(name)) return null;
    let role = roles.get(name);
    if (!role) {
      role = emptyRole(name);
      roles.set(name, role);
    }
    return role;
  };
  for (const { body } of pieces) for (const stmt of body) collect(stmt, false, of);
  return roles;
}

type RoleOf = (name: string) => Growing | null;

/** An expression without the casts around it. */
const bare = (node: AstNode | null): AstNode | null => (node?.kind === 'cast' ? bare(node.operand) : node);
const nameIn = (node: AstNode | null): string | null => {
  const inner = bare(node);
  return inner?.kind === 'name' ? inner.name : null;
};

function collect(node: AstNode, inCondition: boolean, of: RoleOf): void {
  if (node.kind === 'name') {
    const role = of(node.name);
    role?.uses.push({ start: node.start, end: node.end });
    if (role && inCondition) role.inCondition = true;
    return;
  }
  note(node, of);
  const test = testOf(node);
  for (const child of childrenOf(node)) collect(child, inCondition || child === test, of);
}

const testOf = (node: AstNode): Expr | null => ('test' in node ? node.test : null);

/** Notes what a node says of names that stand directly in it. */
function note(node: AstNode, of: RoleOf): void {
  const role = (inner: AstNode | null): Growing | null => {
    const name = nameIn(inner);
    return name === null ? null : of(name);
  };
  const truth = role(testOf(node));
  if (truth) truth.asTruth = true;
  switch (node.kind) {
    case 'member': {
      const object = role(node.object);
      if (object && !object.fields.some(({ field }) => field === node.field))
        object.fields.push({ field: node.field, arrow: node.arrow });
      return;
    }
    case 'index': {
      const object = role(node.object);
      if (object) object.indexed = true;
      return;
    }
    case 'unary':
    case 'postfix': {
      const operand = role(node.operand);
      if (!operand) return;
      if (node.op === '*') operand.dereferenced = true;
      else if (node.op === '&') operand.addressTaken = true;
      else if (node.op === '!') operand.asTruth = true;
      else if (node.op === '++' || node.op === '--') operand.assigned = true;
      return;
    }
    case 'assign': {
      const left = role(node.left);
      if (!left) return;
      left.assigned = true;
      const right = bare(node.right);
      const from = right?.kind === 'call' ? nameIn(right.callee) : null;
      if (from !== null) left.assignedFrom.push(from);
      return;
    }
    case 'call':
      noteCall(node, role);
      return;
    case 'return': {
      const value = role(node.value);
      if (value) value.returned = true;
      return;
    }
    default:
  }
}

function noteCall(node: Extract<Expr, { kind: 'call' }>, role: (inner: AstNode) => Growing | null): void {
  const callee = role(node.callee);
  if (callee) callee.called = true;
  const name = nameIn(node.callee);
  if (name === null) return;
  node.args.forEach((arg, index) => {
    const inner = bare(arg);
    const given = inner?.kind === 'unary' && inner.op === '&' ? inner.operand : arg;
    role(given)?.argumentOf.push({ function: name, index });
  });
}
