/** What the bracketed prefix of a subject says of a patch's place in its series. */
import type { SeriesPosition } from './model.ts';

const REPLY = /^\s*(?:re|aw|sv|antw|fwd?|wg)(?:\[\d+\])?\s*:\s*/i;

/** True for `Re: ...` and its relatives: the subject is then quoted from another mail. */
export function isReply(subject: string): boolean {
  return REPLY.test(subject);
}

/**
 * `[PATCH v2 03/10] ...`, `[PATCH, RFC 18/62] ...`, `Re: [RFC PATCH 1/1] ...`. Null where no position is given: a lone
 * patch has none.
 */
export function seriesOf(subject: string): SeriesPosition | null {
  let rest = subject.slice(0, 1000);
  while (REPLY.test(rest)) rest = rest.replace(REPLY, '');
  let version = 1;
  let position: { index: number; total: number } | null = null;
  for (;;) {
    const group = /^\s*\[([^\][]*)\]/.exec(rest);
    if (!group) break;
    const inside = group[1] ?? '';
    const place = /(?:^|[\s,:])(\d{1,4})\s?\/\s?(\d{1,4})(?=$|[\s,])/.exec(inside);
    if (place && !position) position = { index: Number(place[1]), total: Number(place[2]) };
    const numbered = /(?:^|[\s,]|PATCH)v(\d{1,4})(?=$|[\s,])/i.exec(inside);
    if (numbered) version = Number(numbered[1]);
    rest = rest.slice(group[0].length);
  }
  return position && position.index <= position.total && position.total > 0 ? { version, ...position } : null;
}
