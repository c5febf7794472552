/** Messages to the log: nothing happens, but an error code that is printed has been seen. */
import type { Builtin, BuiltinTable } from '../types.ts';
import { int, named, nothing } from './table.ts';

const print: Builtin = { run: () => int(0), opaque: true, sees: 'warned' };

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'warning', 'notice', 'info', 'debug', 'cont', 'devel'];

export const printing: BuiltinTable = {
  constants: {},
  functions: {
    ...named(
      [
        'printk',
        'printk_once',
        'printk_ratelimited',
        'printk_deferred',
        'early_printk',
        ...LEVELS.flatMap((level) => [`pr_${level}`, `pr_${level}_once`, `pr_${level}_ratelimited`, `dev_${level}`]),
      ],
      print,
    ),
    ...named(['dump_stack', 'dump_page', 'trace_printk', 'debug_checkwx', 'ptdump_walk_pgd_level_checkwx'], nothing),
  },
};
