import type { Finding } from '../report.ts';
import type { Context } from '../rule.ts';
import { placeOf } from '../text.ts';
import { flatten, itemsOf } from '../weave/items.ts';
import { hunkLineAt, indentOf } from './find.ts';
import type { Candidate } from './fix.ts';

/** skipped-flush: leave early only when no cache flush is due. */
export function returnOnlyWithoutCache(context: Context, finding: Finding): readonly Candidate[] {
  const fn = finding.function === null ? undefined : context.post.functions.get(finding.function);
  if (!fn?.modelled) return [];
  const item = flatten(itemsOf(fn.shown)).find(
    ({ stmt, text }) =>
      stmt.kind === 'return' && !stmt.value && placeOf(text, stmt, finding.file).line === finding.line,
  );
  const at = item && hunkLineAt(item.text, item.stmt.start);
  if (!item || !at) return [];
  const spelling = [...fn.evaluable.aliases].find(([, kernelName]) => kernelName === 'cache')?.[0] ?? 'cache';
  const indent = indentOf(at.text);
  const under = (test: string, title: string): Candidate => ({
    title,
    file: item.text.file,
    changes: [{ at, text: [`${indent}if (${test})`, `${indent}\t${at.text.trim()}`] }],
  });
  return [
    under(`!${spelling}`, 'Return only when no cache flush is due'),
    // While MKTME is off the sync has flushed no TLB either.
    under(`mktme_enabled() && !${spelling}`, 'Return only when MKTME is on and no cache flush is due'),
  ];
}
