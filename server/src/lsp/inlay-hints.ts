/** Behind a sync call: how much it syncs, and for how many KeyIDs, in the run that a reviewer would look at first. */
import type { InlayHint, Position, Range } from 'vscode-languageserver-protocol';
import { sizeText } from '../../../engine/src/size-text.ts';
import type { Site, SiteRun } from '../review/report.ts';
import type { ReviewedDocument } from './documents.ts';
import { toRange, touches } from './positions.ts';

/** Hints in a range; one per sync call that a run reached. */
export const hintsOf = ({ report, patchFile }: ReviewedDocument, range: Range): InlayHint[] =>
  report.patches.flatMap((patch) =>
    patch.sites
      .filter((site) => site.kind === 'sync' && touches(site, range))
      .flatMap((site) => hint(site, patchFile().lines)),
  );

function hint(site: Site, lines: readonly string[]): InlayHint[] {
  const reached = site.runs.filter((run) => run.verdict !== 'not reached');
  const sizes = [...new Set(reached.flatMap(({ syncedBytes }) => (syncedBytes > 0n ? [syncedBytes] : [])))].sort(
    (a, b) => (a < b ? -1 : 1),
  );
  const [least] = sizes;
  const most = sizes.at(-1);
  if (least === undefined || most === undefined) return [];
  const keyIds = Math.max(...reached.map((run) => run.keyIds));
  const size = least === most ? sizeText(least) : `${sizeText(least)} to ${sizeText(most)}`;
  return [
    {
      position: behind(site, lines),
      label: `${size} × ${keyIds} KeyID${keyIds === 1 ? '' : 's'}`,
      paddingLeft: true,
      tooltip: reached
        .map((run) => `${run.title}: ${sizeOf(run)}`)
        .slice(0, 10)
        .join('\n'),
    },
  ];
}

/** Behind the whole line: inside the statement the hint would tear it apart. */
function behind(site: Site, lines: readonly string[]): Position {
  const { line } = toRange(site).end;
  return { line, character: (lines[line] ?? '').length };
}

const sizeOf = ({ syncedBytes }: SiteRun): string => (syncedBytes > 0n ? sizeText(syncedBytes) : 'nothing');
