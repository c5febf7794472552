/** Words of kernel C that say nothing to a reader of the flow, and keywords. */

/** Attributes and sections: blanked before parsing, because a C grammar takes them for types. */
const ATTRIBUTES = new Set(
  (
    '__init __exit __meminit __memexit __initdata __initconst __meminitdata __ref __refdata __refconst __init_or_module ' +
    '__init_memblock __initdata_memblock __head __user __kernel __iomem __percpu __rcu __force __must_check __nocast ' +
    '__private __safe noinline noinline_for_stack __noinline asmlinkage __visible __used __unused __maybe_unused ' +
    '__always_unused __weak __pure __const __cold __hot __latent_entropy notrace noinstr __ro_after_init ' +
    '__read_mostly __cpuinit __cpuinitdata __devinit __devexit __deprecated __packed __cacheline_aligned ' +
    '__cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp __page_aligned_bss ' +
    '__page_aligned_data __attribute_const__ fastcall __kprobes __sched __lockfunc __noreturn __cpuidle __bss_decrypted ' +
    '__randomize_layout __no_randomize_layout __malloc __flatten __noclone __no_kasan_or_inline ' +
    '__no_sanitize_address __no_kcsan __noendbr __nostackprotector __efi_runtime __net_init __net_exit __pgtbl_data ' +
    '__extension__ __cficanonical dotraplinkage __no_profile __export __global __local __bitwise __chk_user_ptr'
  ).split(' '),
);
/** The same with an argument list. */
const ATTRIBUTE_CALLS = new Set(
  (
    '__attribute__ __attribute __section __aligned __printf __scanf __acquires __releases __must_hold __alloc_size ' +
    '__assume_aligned __no_sanitize __counted_by __realloc_size __diagnose_as __compiletime_error ' +
    '__compiletime_warning __declspec __bdos __alias __copy __nonnull'
  ).split(' '),
);
/** Words that mean `inline`. */
const INLINE = new Set('inline __inline __inline__ __always_inline nokprobe_inline __no_kasan_inline'.split(' '));
const KEYWORDS = new Set(
  'if else for while do switch case default goto return break continue sizeof typeof __typeof__ struct union enum'.split(
    ' ',
  ),
);
const STORAGE = new Set('static extern const volatile register restrict typedef auto __restrict'.split(' '));

export const isAttribute = (word: string): boolean => ATTRIBUTES.has(word);
export const isAttributeCall = (word: string): boolean => ATTRIBUTE_CALLS.has(word);
export const isInline = (word: string): boolean => INLINE.has(word);
export const isKeyword = (word: string): boolean => KEYWORDS.has(word);
export const isStorage = (word: string): boolean => STORAGE.has(word) || INLINE.has(word);
export const isTypeof = (word: string): boolean =>
  word === 'typeof' || word === '__typeof__' || word === '__typeof' || word === 'typeof_member';
export const isIterator = (word: string): boolean => /^(?:\w+_)?for_each(?:_\w+)?$/.test(word);
/** A line at file level that only tells the linker or the module loader something. */
export const isExport = (word: string): boolean => /^(?:EXPORT_\w*SYMBOL\w*|MODULE_\w+|NOKPROBE_SYMBOL)$/.test(word);
