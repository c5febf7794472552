/** Variables at file level whose first value shows. Of one that is not static nobody knows what another file has set. */
import type { Stmt, Variable } from '../ast.ts';
import { readBody } from './body.ts';
import type { Item } from './outline.ts';
import type { CParser } from './parser.ts';

/** Macros of the field that make an empty list or a lock. */
const MAKERS = /^(?:LIST_HEAD|LLIST_HEAD|DEFINE_(?:RAW_)?SPINLOCK|DEFINE_MUTEX|DECLARE_RWSEM)$/;

export function variablesOf(parser: CParser, text: string, item: Item & { kind: 'variable' }): readonly Variable[] {
  const { tokens, start, end } = item;
  const words = tokens.map((token) => token.text);
  if (words[0] === 'typedef' || words.includes('extern')) return [];
  const isMade = words.some((word) => MAKERS.test(word));
  const isStatic = words[0] === 'static';
  const isConstant = words.includes('=') && (words.includes('const') || (words.includes('{') && !isStatic));
  const lasting = isMade || isConstant;
  if (!lasting && !isStatic) return [];
  const body = readBody(parser, text, { tokens, start, end, opened: true, closed: true }, []);
  const read = body.flatMap((made) => namesOf(made).map((name) => ({ name, made, lasting, start, end })));
  // `static DECLARE_WORK(work, worker);` has a name and no value that shows.
  const [, , open, name] = words;
  if (read.length > 0 || open !== '(' || !name) return read;
  return [{ name, made: { kind: 'empty', start, end }, lasting: false, start, end }];
}

function namesOf(made: Stmt): readonly string[] {
  if (made.kind === 'declare') return made.declarators.map(({ name }) => name);
  if (made.kind !== 'expr' || made.expr.kind !== 'call') return [];
  const [first] = made.expr.args;
  return first?.kind === 'name' ? [first.name] : [];
}
