/** Macros of the field that are not functions of their arguments' values: they assign to them, or only look at their spelling. */
import { INT, opaqueValue, UNSIGNED_LONG, type Value, VOID } from '../../../../engine/src/kernel/ctype.ts';
import type { Expr } from '../ast.ts';
import { convert, truthValue } from './arithmetic.ts';
import { evaluate } from './expression.ts';
import { LIST_FORMS } from './lists.ts';
import { locate } from './locate.ts';
import { assign } from './place.ts';
import { exprText } from './print.ts';
import { prepareType, type Run } from './run.ts';
import type { Scope } from './scope.ts';

type CallExpr = Expr & { kind: 'call' };
type Special = (run: Run, args: readonly Expr[], scope: Scope, name: string) => Value | null;

const NOTHING: Value = { type: VOID, bits: 0n };

/** WRITE_ONCE(x, value) */
const writeOnce: Special = (run, args, scope) => {
  const [place, value] = args;
  if (!place || !value) return null;
  return assign(run, locate(run, place, scope, true), evaluate(run, value, scope), place, scope);
};

const swap: Special = (run, args, scope) => {
  const [a, b] = args;
  if (!a || !b) return null;
  const first = evaluate(run, a, scope);
  const second = evaluate(run, b, scope);
  assign(run, locate(run, a, scope, true), second, a, scope);
  assign(run, locate(run, b, scope, true), first, b, scope);
  return NOTHING;
};

/** offsetof(struct s, field) */
const offsetOf: Special = (run, args) => {
  const [type, field] = args;
  if (type?.kind !== 'type' || type.type.kind !== 'struct' || field?.kind !== 'name') return null;
  prepareType(run, type.type);
  const found = run.memory.field(type.type.tag, field.name);
  return found ? { type: UNSIGNED_LONG, bits: found.offset } : opaqueValue(`'${field.name}' is not known`);
};

/** ARRAY_SIZE(array) */
const arraySize: Special = (run, args, scope) => {
  const [array] = args;
  if (!array || (array.kind !== 'name' && array.kind !== 'member')) return null;
  const { type } = locate(run, array, scope);
  return type.kind === 'array' ? { type: UNSIGNED_LONG, bits: BigInt(type.length) } : opaqueValue('not an array');
};

/** IS_ENABLED(CONFIG_...): what this machine is certain to have is on, the rest unknown. */
const isEnabled: Special = (_run, args) => {
  const text = args[0] ? exprText(args[0]) : '';
  const on = ['CONFIG_X86_64', 'CONFIG_64BIT', 'CONFIG_X86_INTEL_MKTME', 'CONFIG_MMU', 'CONFIG_SMP'];
  if (on.includes(text)) return truthValue(true);
  return text === 'CONFIG_X86_32' || text === 'CONFIG_HIGHMEM' ? truthValue(false) : opaqueValue(text, INT);
};

/** static_branch_unlikely(&key): the key of MKTME is the machine's state, others are unknown. */
const staticBranch: Special = (run, args) => {
  const key = args[0] ? exprText(args[0]).replace(/^&\s*/, '') : '';
  return key === 'mktme_enabled_key' ? truthValue(run.options.machine.enabled) : opaqueValue(`static key ${key}`, INT);
};

/** spin_lock_irqsave(lock, flags), local_irq_save(flags): `flags` is set, not read. */
const saveFlags: Special = (run, args, scope, name) => {
  const flags = args.at(-1);
  if (!flags) return null;
  const target = locate(run, flags, scope, true);
  assign(run, target, convert({ type: UNSIGNED_LONG, bits: 0x202n }, target.type), flags, scope);
  if (args.length > 1 && args[0]) run.hooks.lock?.(evaluate(run, args[0], scope), true);
  run.kernel.enterAtomic(name);
  return NOTHING;
};

const SPECIAL: Readonly<Record<string, Special>> = {
  WRITE_ONCE: writeOnce,
  smp_store_release: (run, args, scope, name) => {
    const [pointer, value] = args;
    if (!pointer || !value) return null;
    const place: Expr = { kind: 'unary', op: '*', operand: pointer, start: pointer.start, end: pointer.end };
    return writeOnce(run, [place, value], scope, name);
  },
  ...LIST_FORMS,
  swap,
  offsetof: offsetOf,
  ARRAY_SIZE: arraySize,
  IS_ENABLED: isEnabled,
  IS_BUILTIN: isEnabled,
  static_branch_likely: staticBranch,
  static_branch_unlikely: staticBranch,
  static_key_enabled: staticBranch,
  spin_lock_irqsave: saveFlags,
  raw_spin_lock_irqsave: saveFlags,
  read_lock_irqsave: saveFlags,
  write_lock_irqsave: saveFlags,
  local_irq_save: saveFlags,
  raw_local_irq_save: saveFlags,
};

/** The value of such a macro's use; null: `name` is none, or is not used as the field uses it. */
export function specialForm(run: Run, name: string, expr: CallExpr, scope: Scope): Value | null {
  const special = Object.hasOwn(SPECIAL, name) ? SPECIAL[name] : undefined;
  return special ? special(run, expr.args, scope, name) : null;
}
