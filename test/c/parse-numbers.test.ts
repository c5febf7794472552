/** Types by name, and the values and types of constants. */
import { describe, expect, it } from 'vitest';
import { readChar, readNumber } from '../../server/src/c/parse/numbers.ts';
import { typeByName, typeOfTypedef } from '../../server/src/c/types.ts';
import { printType } from './parse-print.ts';

const check = (text: string, expected: string | null): void =>
  it(text, () => {
    const read = text.includes("'") ? readChar(text) : readNumber(text);
    expect(read && `${read.value} ${printType(read.type)}`).toBe(expected);
  });

describe('constants', () => {
  check('0', '0 s32');
  check('2147483647', '2147483647 s32');
  check('2147483648', '2147483648 s64');
  check('0x80000000', '2147483648 u32');
  check('0xffffffff80000000', '18446744071562067968 u64');
  check('010', '8 s32');
  check('1U', '1 u32');
  check('1ul', '1 u64');
  check('1ULL', '1 u64');
  check('4294967296U', '4294967296 u64');
  check('1L', '1 s64');
  check('0b101', '5 s32');
  check('1.5', null);
  check("'a'", '97 s32');
  check("'\\n'", '10 s32');
  check("'\\0'", '0 s32');
  check("'\\x41'", '65 s32');
});

describe('types by name', () => {
  const named = (name: string, expected: string | null): void =>
    it(name, () => {
      const type = typeByName(name);
      expect(type && printType(type)).toBe(expected);
    });
  named('unsigned long', 'u64');
  named('long long unsigned int', 'u64');
  named('unsigned', 'u32');
  named('unsigned char', 'u8');
  named('short int', 's16');
  named('pte_t', 'pte_t');
  named('pteval_t', 'u64');
  named('phys_addr_t', 'u64');
  named('gfp_t', 'u32');
  named('struct page', 'struct page');
  named('enum pg_level', 's32');
  named('s64', 's64');
  named('toString', null);
  named('frobnitz_t', null);
  it('an unknown typedef in _t is a word of its name, another a struct', () => {
    expect(printType(typeOfTypedef('frobnitz_t'))).toBe('frobnitz_t');
    expect(printType(typeOfTypedef('Frobnitz'))).toBe('struct Frobnitz');
  });
});
