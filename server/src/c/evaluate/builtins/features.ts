/** CPU features and the machine's state. What a scenario does not fix is opaque. */
import { INT, opaqueValue } from '../../../../../engine/src/kernel/ctype.ts';
import { exprText } from '../print.ts';
import type { Builtin, BuiltinTable } from '../types.ts';
import { always, bool, int, named } from './table.ts';

/** Features that every machine of the review has. */
const PRESENT = new Set([
  'X86_FEATURE_PSE',
  'X86_FEATURE_GBPAGES',
  'X86_FEATURE_PGE',
  'X86_FEATURE_NX',
  'X86_FEATURE_PAT',
]);

const hasFeature: Builtin = {
  run: ({ argExprs, facts, machine }) => {
    const last = argExprs.at(-1);
    const name = last ? exprText(last) : '';
    if (name === 'X86_FEATURE_CLFLUSH') return bool(facts.clflush);
    if (name === 'X86_FEATURE_LA57') return bool(machine.layout.pagingLevels === 5);
    return PRESENT.has(name) ? int(1) : opaqueValue(name, INT);
  },
  opaque: true,
};

const enabled: Builtin = { run: ({ machine }) => bool(machine.enabled) };

export const features: BuiltinTable = {
  constants: {
    boot_cpu_data: () => opaqueValue("'boot_cpu_data' is not shown"),
    early_boot_irqs_disabled: () => int(0),
    system_state: () => int(3),
    SYSTEM_BOOTING: () => int(0),
    SYSTEM_SCHEDULING: () => int(1),
    SYSTEM_FREEING_INITMEM: () => int(2),
    SYSTEM_RUNNING: () => int(3),
    after_bootmem: () => int(1),
    page_size_mask: () => int(6),
    direct_gbpages: () => int(1),
    rodata_enabled: () => int(1),
    kernel_set_to_readonly: () => int(1),
  },
  functions: {
    ...named(['static_cpu_has', 'boot_cpu_has', 'cpu_feature_enabled', 'cpu_has', 'this_cpu_has'], hasFeature),
    mktme_enabled: enabled,
    pgtable_l5_enabled: { run: ({ machine }) => bool(machine.layout.pagingLevels === 5) },
    /** DEBUG_PAGEALLOC keeps the direct mapping in 4K pages from the start: not the machines of the review. */
    debug_pagealloc_enabled: always(int(0)),
    debug_pagealloc_enabled_static: always(int(0)),
    mem_encrypt_active: always(int(0)),
    sev_active: always(int(0)),
    cc_platform_has: always(int(0)),
    is_kernel_text: always(int(0)),
    xen_pv_domain: always(int(0)),
    irqs_disabled_flags: always(int(0)),
  },
};
