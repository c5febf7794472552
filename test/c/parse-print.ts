/** The AST in one line per statement, for expectations: enough of it that a wrong tree shows. */
import type { CType } from '../../engine/src/kernel/ctype.ts';
import type { Expr, FunctionSource, SourceFile, Stmt } from '../../server/src/c/ast.ts';
import type { CParser } from '../../server/src/c/parse/parser.ts';
import { parseSource } from '../../server/src/c/parse/source.ts';

export function printType(type: CType): string {
  switch (type.kind) {
    case 'int':
      return type.name ?? `${type.signed ? 's' : 'u'}${type.bits}`;
    case 'pointer':
      return `${printType(type.to)}*`;
    case 'array':
      return `${printType(type.of)}[${type.length}]`;
    case 'struct':
      return `struct ${type.tag}`;
    default:
      return 'void';
  }
}

export function printExpr(e: Expr | null): string {
  if (e === null) return '-';
  switch (e.kind) {
    case 'name':
      return e.name;
    case 'number':
      return String(e.value);
    case 'string':
      return e.text;
    case 'unary':
      return `${e.op}${printExpr(e.operand)}`;
    case 'postfix':
      return `${printExpr(e.operand)}${e.op}`;
    case 'binary':
    case 'assign':
      return `(${printExpr(e.left)} ${e.op} ${printExpr(e.right)})`;
    case 'ternary':
      return `(${printExpr(e.test)} ? ${printExpr(e.then)} : ${printExpr(e.otherwise)})`;
    case 'comma':
      return `(${e.items.map(printExpr).join(', ')})`;
    case 'call':
      return `${printExpr(e.callee)}(${e.args.map(printExpr).join(', ')})`;
    case 'member':
      return `${printExpr(e.object)}${e.arrow ? '->' : '.'}${e.field}`;
    case 'index':
      return `${printExpr(e.object)}[${printExpr(e.index)}]`;
    case 'cast':
      return `<${printType(e.type)}>${printExpr(e.operand)}`;
    case 'sizeof':
      return `sizeof(${'start' in e.of ? printExpr(e.of) : printType(e.of)})`;
    case 'init-list':
      return `{${e.items.map(({ field, value }) => `${field === null ? '' : `.${field} = `}${printExpr(value)}`).join(', ')}}`;
    case 'compound':
      return `<${printType(e.type)}>${printExpr(e.init)}`;
    case 'statement-expr':
      return `({ ${printStmts(e.body.kind === 'block' ? e.body.body : [e.body])} })`;
    case 'type':
      return `type ${printType(e.type)}`;
    default:
      return `?${e.text.replace(/\s+/g, ' ')}?`;
  }
}

export const printStmts = (body: readonly Stmt[]): string => body.map(printStmt).join(' ');

export function printStmt(s: Stmt): string {
  switch (s.kind) {
    case 'expr':
      return `${printExpr(s.expr)};`;
    case 'declare':
      return `${s.declarators.map((d) => `${printType(d.type)} ${d.name}${d.init ? ` = ${printExpr(d.init)}` : ''}`).join(', ')};`;
    case 'if':
      return `if (${printExpr(s.test)}) ${printStmt(s.then)}${s.otherwise ? ` else ${printStmt(s.otherwise)}` : ''}`;
    case 'for':
      return `for (${s.init ? printStmt(s.init) : ';'} ${printExpr(s.test)}; ${printExpr(s.update)}) ${printStmt(s.body)}`;
    case 'while':
      return `while (${printExpr(s.test)}) ${printStmt(s.body)}`;
    case 'do':
      return `do ${printStmt(s.body)} while (${printExpr(s.test)});`;
    case 'switch':
      return `switch (${printExpr(s.test)}) ${printStmt(s.body)}`;
    case 'case':
      return s.value ? `case ${printExpr(s.value)}:` : 'default:';
    case 'label':
      return `${s.name}:`;
    case 'goto':
      return `goto ${s.label};`;
    case 'return':
      return s.value ? `return ${printExpr(s.value)};` : 'return;';
    case 'block':
      return `{${s.edge ? `<${s.edge}>` : ''} ${printStmts(s.body)} }`;
    case 'empty':
      return ';';
    case 'opaque':
      return `OPAQUE[${s.text.replace(/\s+/g, ' ')}]`;
    default:
      return s.kind;
  }
}

export const printFunction = (f: FunctionSource): string =>
  [
    `${f.storage.static ? 'static ' : ''}${f.storage.inline ? 'inline ' : ''}${f.returns ? printType(f.returns) : '?'} ${f.name}`,
    `(${f.parameters?.map((p) => `${printType(p.type)} ${p.name}`).join(', ') ?? '?'}${f.parametersCut ? ' cut' : ''})`,
    `${f.whole ? ' whole' : ''}${f.pieces.map((piece) => `\n  ${printStmts(piece.body)}`).join('')}`,
  ].join('');

/** An image out of hunks: a line `@@ heading` begins one, text before the first is a hunk without a heading. */
export function imageOf(text: string): {
  text: string;
  segments: { start: number; end: number; heading: string | null }[];
} {
  const segments: { start: number; end: number; heading: string | null }[] = [];
  let image = '';
  for (const [index, part] of text.split(/^@@/m).entries()) {
    if (index === 0 && part === '') continue;
    const newline = part.indexOf('\n');
    const heading = index === 0 ? null : part.slice(0, newline).trim() || null;
    const lines = index === 0 ? part : part.slice(newline + 1);
    segments.push({ start: image.length, end: image.length + lines.length, heading });
    image += `${lines}\n`;
  }
  return { text: image, segments };
}

export function parseImage(parser: CParser, text: string): SourceFile & { text: string } {
  const image = imageOf(text);
  return { ...parseSource(parser, image.text, image.segments), text: image.text };
}

export const printSource = (file: SourceFile): string =>
  [
    ...file.functions.map(printFunction),
    ...file.prototypes.map(
      (p) =>
        `proto ${p.returns ? printType(p.returns) : '?'} ${p.name}(${p.parameters.map((q) => printType(q.type)).join(', ')})`,
    ),
    ...file.macros.map((m) => `macro ${m.name}${m.parameters ? `(${m.parameters.join(',')})` : ''} ${m.body}`),
    ...file.structs.map(
      (s) => `struct ${s.tag} { ${s.fields.map((f) => `${printType(f.type)} ${f.name}`).join('; ')} }`,
    ),
  ].join('\n');
