/** BUG_ON, WARN_ON and assertions. Of an opaque condition the kernel's authors are believed: it does not fire. */
import { BugOn } from '../errors.ts';
import { exprText } from '../print.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from '../types.ts';
import { bool, named, nothing, VOID_VALUE } from './table.ts';

const condition = (context: BuiltinContext): string => (context.argExprs[0] ? exprText(context.argExprs[0]) : '');

const bugOn: Builtin = {
  run: (context, [value]) => {
    if (value && value.opaque === undefined && value.bits !== 0n) {
      throw new BugOn(`BUG_ON(${condition(context)}) holds`, context.at.span, context.at.fn);
    }
    return VOID_VALUE;
  },
  opaque: true,
  sees: 'warned',
};

const bug: Builtin = {
  run: (context) => {
    throw new BugOn('BUG() is reached', context.at.span, context.at.fn);
  },
  opaque: true,
  sees: 'warned',
};

/** The truth of the condition, which the caller may test. */
const warnOn: Builtin = {
  run: (context, [value]) => {
    if (!value) return VOID_VALUE;
    if (value.opaque !== undefined) return value;
    if (value.bits !== 0n) {
      context.hooks.note?.(`WARN_ON(${condition(context)}) fires`, context.at.span, context.at.fn);
    }
    const result = bool(value.bits !== 0n);
    return value.syncResult === undefined ? result : { ...result, syncResult: value.syncResult };
  },
  opaque: true,
  sees: 'warned',
};

export const asserts: BuiltinTable = {
  constants: {},
  functions: {
    ...named(['BUG_ON', 'VM_BUG_ON', 'VIRTUAL_BUG_ON'], bugOn),
    VM_BUG_ON_PAGE: bugOn,
    ...named(['BUG', 'panic', 'unreachable'], bug),
    ...named(
      ['WARN_ON', 'WARN_ON_ONCE', 'WARN', 'WARN_ONCE', 'WARN_TAINT', 'VM_WARN_ON', 'VM_WARN_ON_ONCE', 'WARN_RATELIMIT'],
      warnOn,
    ),
    ...named(
      [
        'BUILD_BUG_ON',
        'BUILD_BUG_ON_MSG',
        'BUILD_BUG',
        'static_assert',
        'lockdep_assert_held',
        'lockdep_assert_held_write',
        'lockdep_assert_irqs_enabled',
        'lockdep_assert_irqs_disabled',
        'lockdep_assert_cpus_held',
        'assert_spin_locked',
        'VM_BUG_ON_VMA',
      ],
      nothing,
    ),
  },
};
