/** Markdown pieces for hovers. Text that comes from a patch passes through `plain` or `code`, so that it can be nothing but text. */
import { printable } from '../show/lines.ts';
import type { ReplayTarget } from './protocol.ts';

/** Text that is shown as it is. */
export const plain = (text: string): string =>
  printable(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&');

/** Inline code; a longer fence where the text has backticks, and nothing that ends a table cell. */
export function code(text: string): string {
  const line = printable(text).replaceAll(/\s+/g, ' ').trim().replaceAll('|', '\\|');
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** A link that opens a replay; only clients that trust the command follow it. */
export const replayLink = (label: string, target: ReplayTarget): string =>
  `[${plain(label)}](command:mktme.replay?${encodeURIComponent(JSON.stringify([target])).replaceAll(/[()]/g, escapeParen)})`;

const escapeParen = (paren: string): string => (paren === '(' ? '%28' : '%29');
