/** How deep a value is taken apart; below, one piece holds it all. */
const DEPTH = 4;

/**
 * `JSON.stringify(value, null, 2)` in pieces, for what is longer than a string can be. A generator counts as an array, and
 * what it makes is asked for when its turn comes. Objects and lists without holes or undefined fields.
 */
export function* prettyJson(value: unknown, depth = DEPTH, margin = '\n'): Generator<string> {
  if (depth === 0 || typeof value !== 'object' || value === null) {
    yield JSON.stringify(value, null, 2).replaceAll('\n', margin);
    return;
  }
  const list = isIterable(value);
  const inner = `${margin}  `;
  let before = list ? '[' : '{';
  for (const [name, item] of list ? unnamed(value) : Object.entries(value)) {
    yield `${before}${inner}${list ? '' : `${JSON.stringify(name)}: `}`;
    yield* prettyJson(item, depth - 1, inner);
    before = ',';
  }
  const end = list ? ']' : '}';
  yield before === ',' ? `${margin}${end}` : `${before}${end}`;
}

const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value;

function* unnamed(items: Iterable<unknown>): Generator<[string, unknown]> {
  for (const item of items) yield ['', item];
}
