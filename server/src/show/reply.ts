import type { Message } from '../patch/model.ts';
import type { Finding, PatchReport, Report } from '../review/report.ts';
import { printable, wrap } from './lines.ts';
import { addressesOf, addressField, bareAddress, idsField, idsOf, textField } from './mail-header.ts';
import { count } from './quantity.ts';
import { quotedParts } from './quote.ts';

const WIDTH = 72;

export interface ReplyInput {
  readonly report: Report;
  /** Index into `report.patches`. */
  readonly patch: number;
  /** The message answered; null where the input is no mail: then only the body can be written. */
  readonly message: Message | null;
  readonly lines: readonly string[];
  /** What to say; the findings a person ticked, or all. */
  readonly findings: readonly Finding[];
}

/**
 * A plain-text answer to a patch mail, as kernel people write it: the hunk quoted, the comment beneath, 72 columns, threading
 * fields set, no From and no Date (the mailer's), and never a review tag. Ends with a newline.
 */
export function reply(input: ReplyInput): string {
  const patch = input.report.patches[input.patch];
  if (patch === undefined) return '';
  const body = quotedParts(input.message, input.lines, input.findings).map((part) =>
    [...part.quote.map(quoted), '', ...part.findings.flatMap((finding) => comment(input, finding))].join('\n'),
  );
  return `${header(input.message, patch)}\n\n${attribution(input.message, patch)}\n${body.join('\n')}`;
}

function header(message: Message | null, patch: PatchReport): string {
  const field = (name: string): string => message?.headers.get(name) ?? '';
  const to = addressesOf(field('reply-to') || field('from')).slice(0, 1);
  const seen = new Set(to.map(bareAddress));
  const cc = [...addressesOf(field('to')), ...addressesOf(field('cc'))].filter((address) => {
    const bare = bareAddress(address);
    return !seen.has(bare) && seen.add(bare);
  });
  const id = (message?.messageId ?? patch.messageId ?? '').replace(/^<|>$/g, '');
  const parents = idsOf(field('references') || field('in-reply-to')).filter((parent) => parent !== id);
  const subject = (message?.subject ?? patch.subject ?? '').replace(/^(re:\s*)+/i, '');
  return [
    addressField('To', to),
    addressField('Cc', cc),
    textField('Subject', `Re: ${subject}`),
    idsField('In-Reply-To', id === '' ? [] : [id]),
    idsField('References', id === '' ? [] : [...parents, id]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function attribution(message: Message | null, patch: PatchReport): string {
  const date = (message?.headers.get('date') ?? patch.date ?? '').replace(/\s+/g, ' ').trim();
  const author = (message?.author ?? patch.author ?? '')
    .replace(/\s+/g, ' ')
    .replace(/\s*<[^>]*>$/, '')
    .replace(/^"(.*)"$/, '$1');
  const who = author === '' ? 'the author' : author;
  return wrap(`${date === '' ? '' : `On ${date}, `}${who} wrote:`, WIDTH).join('\n');
}

const quoted = (line: string): string => (line === '' ? '>' : `> ${printable(line)}`);

function comment({ report, patch }: ReplyInput, finding: Finding): string[] {
  const out = wrap(sentence(printable(finding.message)), WIDTH);
  const seen = seenWith(finding, report.replay(patch, finding.scenario ?? '', 'patched')?.scenario.call ?? null);
  if (seen !== null) out.push('', ...wrap(seen, WIDTH));
  for (const assumption of finding.assumptions) out.push('', ...wrap(`This assumes: ${printable(assumption)}`, WIDTH));
  return [...out, ''];
}

/** The call that shows it, unless the message has named it, and how many other ones do. */
function seenWith({ message, scenarios }: Finding, call: string | null): string | null {
  if (call === null) return null;
  const others = scenarios.length - 1;
  if (!message.includes(call))
    return `Seen with ${call}${others > 0 ? `, and with ${count(others, 'other call')}` : ''}.`;
  return others > 0 ? `The same with ${count(others, 'other call')}.` : null;
}

/** A message as a sentence: a capital letter unless it begins with an identifier, and a full stop. */
function sentence(text: string): string {
  const begun = text.replace(/^[a-z]+(?=[ ,])/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}
