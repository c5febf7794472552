/** Patterns against C: what matches, what the names are bound to, and in which statement. */
import { describe, expect, it } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { parseStatements } from '../../server/src/c/parse/snippet.ts';
import { matchAll, matchPattern, parsePattern } from '../../server/src/c/pattern.ts';
import { namesDeclared, namesUsed } from '../../server/src/c/walk.ts';
import { printExpr, printStmt } from './parse-print.ts';

const parser = await loadParser();

/** `bindings`: the bound names, or null where the pattern must not match. */
const check = (pattern: string, code: string, bindings: Record<string, string> | null): void =>
  it(`${pattern}  in  ${code}`, () => {
    const parsed = parsePattern(parser, pattern);
    expect(parsed.expr ?? parsed.stmt).not.toBeNull();
    const found = parseStatements(parser, code).flatMap((stmt) => matchPattern(parsed, stmt) ?? []);
    expect(found[0] ? Object.fromEntries(found[0].bindings) : null).toEqual(bindings);
  });

describe('expressions', () => {
  check('cpa_flush_all(_)', 'cpa_flush_all(cache);', {});
  check('cpa_flush_all(_)', 'if (x) { cpa_flush_all(a + 1); }', {});
  check('cpa_flush_all(_)', 'cpa_flush_all();', null);
  check('cpa_flush_all(_)', 'cpa_flush_one(cache);', null);
  check('sync_global_pgds($vaddr_start, $vaddr_end - 1)', 'if (changed) sync_global_pgds(va, ve - 1);', {
    vaddr_start: 'va',
    vaddr_end: 've',
  });
  check('sync_global_pgds($vaddr_start, $vaddr_end - 1)', 'sync_global_pgds(va, ve);', null);
  check('f($a, $a)', 'f(x, x);', { a: 'x' });
  check('f($a, $a)', 'f(x, y);', null);
  check('f($a)', 'f(x + 1);', null);
  check('f($a)', 'f((unsigned long)(x));', { a: 'x' });
  check('f($a, ...)', 'f(x, 1, 2);', { a: 'x' });
  check('f($a, ...)', 'f(x);', { a: 'x' });
  check('f($a, $b, ...)', 'f(x);', null);
  check('!$cache', 'if (!wb) return;', { cache: 'wb' });
  check('!$cache', 'if (wb) return;', null);
  check('$x = f(_)', 'ret = f(0);', { x: 'ret' });
  check('$x = f(_)', 'int ret = f(0), b;', { x: 'ret' });
  check('$x = f(_)', 'ret += f(0);', null);
  check('$cpa->flags & CPA_ARRAY', 'if (CPA_ARRAY & data->flags) g();', { cpa: 'data' });
  check('$cpa->flags & CPA_ARRAY', 'if (data->flags & CPA_PAGES_ARRAY) g();', null);
  check('$cpa->_', 'x = data->vaddr;', { cpa: 'data' });
  check('$a == NULL', 'if (NULL == p) g();', { a: 'p' });
  check('f($a) + $b', 'x = c + f(d);', { a: 'd', b: 'c' });
  check('$a - $b', 'x = c - d;', { a: 'c', b: 'd' });
  check('1 << PAGE_SHIFT', 'x = 1UL << PAGE_SHIFT;', {});
  check('$a + $a * 2', 'x = y * 2 + y;', { a: 'y' });
  check('*$cpa.vaddr', 'x = *d.vaddr;', { cpa: 'd' });
  check('$cpa->vaddr[_]', 'x = d->vaddr[i++];', { cpa: 'd' });
});

describe('statements', () => {
  check('return', 'return x;', {});
  check('return', 'if (a) { b(); return; }', {});
  check('return', 'a();', null);
  check('return _', 'return;', null);
  check('return $ret', 'return err;', { ret: 'err' });
  check('goto out', 'if (a) goto out;', {});
  check('goto out', 'goto out_free;', null);
  check('out:', '{ a(); out: b(); }', {});
  check('if ($x) return', 'if (err) return err;', { x: 'err' });
  check('if ($x) return', 'if (err) { warn(); return err; }', { x: 'err' });
  check('if ($x) return', 'if (!err) return err;', null);
  check('if (_) goto $l', 'if (a < b) goto fail;', { l: 'fail' });
  check('while ($n)', 'while (left) { left--; }', { n: 'left' });
  check('for (;;)', 'for (i = 0; i < n; i++) a();', {});
  check('for ($i = 0;;)', 'for (j = 0; j < n; j++) a();', { i: 'j' });
  check('if ($x) f()', 'if (a) g();', null);
});

describe('where', () => {
  it('names the node and the innermost statement', () => {
    const [stmt] = parseStatements(parser, 'if (f(a)) { g(); while (x) h(f(b)); }');
    if (!stmt) throw new Error('no statement');
    const all = matchAll(parsePattern(parser, 'f($x)'), stmt);
    expect(all.map((match) => match.bindings.get('x'))).toEqual(['a', 'b']);
    expect(all.map(({ statement }) => statement?.kind)).toEqual(['if', 'expr']);
    const last = all[1];
    expect(last?.statement && printStmt(last.statement)).toBe('h(f(b));');
    expect(last?.node.kind === 'call' && printExpr(last.node)).toBe('f(b)');
  });
  it('opaque text matches nothing but any expression', () => {
    const [stmt] = parseStatements(parser, '@ ( ;');
    if (!stmt) throw new Error('no statement');
    expect(matchPattern(parsePattern(parser, 'f(_)'), stmt)).toBeNull();
  });
  it('a pattern that is no C matches nothing', () => {
    const pattern = parsePattern(parser, 'f((');
    expect(pattern).toMatchObject({ expr: null, stmt: null });
  });
});

describe('names', () => {
  it('used and declared', () => {
    const stmts = parseStatements(parser, '{ int a = b + c->d; f(&e); goto out; for (int i = 0; i < n; i++) ; }');
    const [stmt] = stmts;
    if (!stmt) throw new Error('no statement');
    expect([...namesUsed(stmt)]).toEqual(['b', 'c', 'f', 'e', 'i', 'n']);
    expect([...namesDeclared(stmt)]).toEqual(['a', 'i']);
  });
});
