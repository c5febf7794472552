/** Sizes and struct layouts, as the x86-64 ABI lays them out. */
import type { CType } from './ctype.ts';

export interface StructField {
  readonly name: string;
  readonly type: CType;
}

export interface PlacedField {
  readonly offset: bigint;
  readonly type: CType;
}

interface StructLayout {
  readonly declared: readonly StructField[];
  readonly fields: ReadonlyMap<string, PlacedField>;
  readonly size: bigint;
  readonly align: bigint;
}

export interface Layouts {
  /** Bytes of a type; `void` counts 1 as in GNU C, an unknown struct 0. */
  sizeOf(type: CType): bigint;
  field(tag: string, name: string): PlacedField | null;
  /** Field names of a struct in order; null if the struct is unknown. */
  fieldNames(tag: string): readonly string[] | null;
  /**
   * Makes a struct known. Fields of a struct that is known already are kept: a hunk shows only some of them; those it
   * shows take the type it gives, and new ones come behind.
   */
  define(tag: string, fields: readonly StructField[]): void;
}

const roundUp = (value: bigint, unit: bigint): bigint => ((value + unit - 1n) / unit) * unit;

/** Deeper nesting than this is a struct that contains itself: counted as empty. */
const DEEPEST = 32;

export function createLayouts(
  known: Readonly<Record<string, readonly StructField[]>>,
  sizes: Readonly<Record<string, bigint>>,
): Layouts {
  const layouts = new Map<string, StructLayout>();
  let depth = 0;

  const layoutOf = (tag: string): StructLayout | null => {
    const found = layouts.get(tag);
    if (found) return found;
    const fields = Object.hasOwn(known, tag) ? known[tag] : undefined;
    return fields ? place(tag, fields) : null;
  };

  const alignOf = (type: CType): bigint => {
    if (type.kind === 'array') return alignOf(type.of);
    if (type.kind === 'struct') return layoutOf(type.tag)?.align ?? 1n;
    return sizeOf(type);
  };

  const sizeOf = (type: CType): bigint => {
    switch (type.kind) {
      case 'int':
        return BigInt(type.bits >> 3);
      case 'pointer':
        return 8n;
      case 'array':
        return sizeOf(type.of) * BigInt(type.length);
      case 'struct':
        return layoutOf(type.tag)?.size ?? 0n;
      case 'void':
        return 1n;
    }
  };

  const place = (tag: string, declared: readonly StructField[]): StructLayout => {
    if (depth >= DEEPEST) return { declared, fields: new Map(), size: 0n, align: 1n };
    depth++;
    const fields = new Map<string, PlacedField>();
    let offset = 0n;
    let align = 1n;
    for (const { name, type } of declared) {
      const unit = alignOf(type) || 1n;
      if (unit > align) align = unit;
      offset = roundUp(offset, unit);
      fields.set(name, { offset, type });
      offset += sizeOf(type);
    }
    depth--;
    const least = Object.hasOwn(sizes, tag) ? (sizes[tag] ?? 0n) : 0n;
    const packed = roundUp(offset, align);
    const layout: StructLayout = { declared, fields, size: packed > least ? packed : least, align };
    layouts.set(tag, layout);
    return layout;
  };

  return {
    sizeOf,
    field: (tag, name) => layoutOf(tag)?.fields.get(name) ?? null,
    fieldNames: (tag) => layoutOf(tag)?.declared.map((field) => field.name) ?? null,
    define: (tag, fields) => {
      const before = layoutOf(tag)?.declared ?? [];
      const merged = new Map(before.map((field) => [field.name, field.type]));
      for (const { name, type } of fields) merged.set(name, type);
      place(
        tag,
        [...merged].map(([name, type]) => ({ name, type })),
      );
    },
  };
}
