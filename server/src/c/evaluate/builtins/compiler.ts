/** Wrappers that mean their operand, barriers, and scheduling points. */
import type { Builtin, BuiltinTable } from '../types.ts';
import { always, int, named, nothing, uint, VOID_VALUE } from './table.ts';

/** The operand itself, whatever is known of it. */
const operand: Builtin = { run: (_context, [value]) => value ?? VOID_VALUE, opaque: true, sees: 'nothing' };

export const compiler: BuiltinTable = {
  constants: {},
  functions: {
    ...named(
      [
        'likely',
        'unlikely',
        'READ_ONCE',
        'ACCESS_ONCE',
        '__builtin_expect',
        'rcu_dereference',
        'smp_load_acquire',
        'untagged_addr',
        'kasan_reset_tag',
        'array_index_nospec',
        'data_race',
      ],
      operand,
    ),
    smp_load_acquire: {
      run: ({ memory }, [pointer]) =>
        pointer?.type.kind === 'pointer' ? memory.load(pointer.bits, pointer.type.to) : VOID_VALUE,
    },
    ...named(
      [
        'barrier',
        'mb',
        'rmb',
        'wmb',
        'smp_mb',
        'smp_rmb',
        'smp_wmb',
        'smp_mb__before_atomic',
        'smp_mb__after_atomic',
        'cond_resched',
        'might_sleep',
        'cpu_relax',
        'schedule',
        'touch_nmi_watchdog',
        'prefetch',
        'prefetchw',
        'kmemleak_not_leak',
      ],
      nothing,
    ),
    __builtin_constant_p: always(int(0)),
    smp_processor_id: always(uint(0)),
    raw_smp_processor_id: always(uint(0)),
    get_cpu: always(uint(0)),
    put_cpu: nothing,
    num_online_cpus: always(uint(2)),
    /** on_each_cpu(function, argument, wait): once is enough, the machine's state is one. */
    on_each_cpu: {
      run: (context, [fn, argument]) => {
        if (fn && argument) context.callPointer(fn, [argument]);
        return VOID_VALUE;
      },
      opaque: true,
    },
  },
};
