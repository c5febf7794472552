/** Locks. Spinlocks and disabled interrupts are atomic sections, in which nothing may sleep; mutexes are not. */
import type { Builtin, BuiltinTable } from '../types.ts';
import { always, int, named, nothing, VOID_VALUE } from './table.ts';

const enter = (what: string): Builtin => ({
  run: ({ kernel, hooks }, [lock]) => {
    hooks.lock?.(lock, true);
    kernel.enterAtomic(what);
    return VOID_VALUE;
  },
  opaque: true,
  sees: 'nothing',
});

const leave = (what: string): Builtin => ({
  run: ({ kernel, hooks }, [lock]) => {
    hooks.lock?.(lock, false);
    kernel.leaveAtomic(what);
    return VOID_VALUE;
  },
  opaque: true,
  sees: 'nothing',
});

/** mutex_lock() and mutex_unlock(): no atomic section. */
const sleeping = (taken: boolean): Builtin => ({
  run: ({ hooks }, [lock]) => {
    hooks.lock?.(lock, taken);
    return VOID_VALUE;
  },
  opaque: true,
  sees: 'nothing',
});

const KINDS = ['spin', 'raw_spin', 'read', 'write'];
const VARIANTS = ['', '_irq', '_bh', '_irqrestore'];

const spinning: Record<string, Builtin> = {};
for (const kind of KINDS) {
  for (const variant of VARIANTS) {
    // The _irqsave forms set a local and are special forms.
    if (variant !== '_irqrestore') spinning[`${kind}_lock${variant}`] = enter(`${kind}_lock${variant}`);
    spinning[`${kind}_unlock${variant}`] = leave(`${kind}_lock${variant === '_irqrestore' ? '_irqsave' : variant}`);
  }
  spinning[`${kind}_lock_init`] = nothing;
}

const trylock: Builtin = {
  run: ({ kernel }) => {
    kernel.enterAtomic('spin_lock');
    return int(1);
  },
  opaque: true,
};

export const locks: BuiltinTable = {
  constants: {},
  functions: {
    ...spinning,
    spin_trylock: trylock,
    spin_is_locked: always(int(0)),
    local_irq_disable: enter('local_irq_disable'),
    local_irq_enable: leave('local_irq_disable'),
    local_irq_restore: leave('local_irq_save'),
    raw_local_irq_restore: leave('local_irq_save'),
    preempt_disable: enter('preempt_disable'),
    preempt_enable: leave('preempt_disable'),
    rcu_read_lock: enter('rcu_read_lock'),
    rcu_read_unlock: leave('rcu_read_lock'),
    ...named(
      [
        'mutex_init',
        'down_read',
        'up_read',
        'down_write',
        'up_write',
        'mmap_read_lock',
        'mmap_read_unlock',
        'mmap_write_lock',
        'mmap_write_unlock',
        'init_rwsem',
        'get_online_mems',
        'put_online_mems',
        'mem_hotplug_begin',
        'mem_hotplug_done',
        'cpus_read_lock',
        'cpus_read_unlock',
        'get_online_cpus',
        'put_online_cpus',
        'lock_device_hotplug',
        'unlock_device_hotplug',
      ],
      nothing,
    ),
    mutex_lock: sleeping(true),
    mutex_lock_nested: sleeping(true),
    mutex_unlock: sleeping(false),
    mutex_trylock: always(int(1)),
    irqs_disabled: always(int(0)),
    in_interrupt: always(int(0)),
    in_atomic: always(int(0)),
    in_nmi: always(int(0)),
  },
};
