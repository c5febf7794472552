/** Allocation of plain memory, and memset/memcpy. Allocation never fails here: that memory is short is tried by the page-table allocator. */
import { type CType, numberOf, VOID } from '../../../../../engine/src/kernel/ctype.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from '../types.ts';
import { int, named, nothing, pointer, VOID_VALUE } from './table.ts';

const LARGEST = 1n << 30n;
const bytes = (length: bigint): CType => ({
  kind: 'array',
  of: { kind: 'int', bits: 8, signed: false },
  length: Number(length < LARGEST ? length : LARGEST),
});

const allocate = (context: BuiltinContext, size: bigint, zero: boolean) =>
  pointer(VOID, context.memory.allocate(bytes(size), 'allocated memory', { zero }));

const ZERO_FLAG = 0x100n;

const kmalloc = (zero: boolean): Builtin => ({
  run: (context, [size, flags]) =>
    allocate(context, size?.bits ?? 0n, zero || ((flags?.bits ?? 0n) & ZERO_FLAG) !== 0n),
});

const kcalloc = (zero: boolean): Builtin => ({
  run: (context, [count, size]) => allocate(context, (count?.bits ?? 0n) * (size?.bits ?? 0n), zero),
});

const free: Builtin = {
  run: ({ memory }, [address]) => {
    if (address && address.bits !== 0n) memory.release(address.bits);
    return VOID_VALUE;
  },
};

const set: Builtin = {
  run: ({ memory }, [address, value, count]) => {
    if (address && value && count) memory.fill(address.bits, count.bits, Number(value.bits & 0xffn));
    return address ?? VOID_VALUE;
  },
};

const copy: Builtin = {
  run: ({ memory }, [to, from, count]) => {
    if (to && from && count && count.bits > 0n) memory.copy(to.bits, from.bits, bytes(count.bits));
    return to ?? VOID_VALUE;
  },
};

export const heap: BuiltinTable = {
  constants: {},
  functions: {
    ...named(['kmalloc', 'kmalloc_node', 'kvmalloc', 'kvmalloc_node', 'vmalloc'], kmalloc(false)),
    ...named(['kzalloc', 'kzalloc_node', 'kvzalloc', 'vzalloc'], kmalloc(true)),
    ...named(['kmalloc_array', 'kvmalloc_array'], kcalloc(false)),
    kcalloc: kcalloc(true),
    kvcalloc: kcalloc(true),
    ...named(['kfree', 'kvfree', 'vfree', 'kfree_sensitive', 'kzfree'], free),
    ...named(['memset', '__memset'], set),
    ...named(['memcpy', '__memcpy', 'memmove', '__builtin_memcpy'], copy),
    ...named(['kmemleak_ignore', 'kasan_init'], nothing),
    IS_ERR: { run: (_context, [value]) => int((value?.bits ?? 0n) >= (1n << 64n) - 4095n ? 1 : 0) },
    IS_ERR_OR_NULL: {
      run: (_context, [value]) => int(!value?.bits || value.bits >= (1n << 64n) - 4095n ? 1 : 0),
    },
    PTR_ERR: {
      run: (_context, [value]) => value && { type: { kind: 'int', bits: 64, signed: true }, bits: value.bits },
    },
    ERR_PTR: { run: (_context, [value]) => value && pointer(VOID, numberOf(value)) },
    clear_page: {
      run: ({ memory }, [address]) => {
        if (address) memory.fill(address.bits, 4096n, 0);
        return VOID_VALUE;
      },
    },
  },
};
