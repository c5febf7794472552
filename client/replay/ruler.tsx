/** Addresses and the entries of each table level, above the lanes; a mark stands over what the current step concerns. */
import { memo } from 'preact/compat';
import { addressText, pagesText, type Stretch } from '../../engine/src/picture/pages.ts';
import { rulerOf } from '../../engine/src/picture/ruler.ts';
import { type Scale, toX } from '../../engine/src/picture/scale.ts';
import type { Replay } from '../../engine/src/replay.ts';

interface Props {
  readonly replay: Replay;
  readonly scale: Scale;
  readonly page: number;
  readonly now: Stretch | null;
}

const ROW = 14;
const ROWS_TOP = 18;
const HEIGHT = ROWS_TOP + 3 * ROW + 12;
const CHAR = 6.1;

export function Ruler({ replay, scale, page, now }: Props) {
  const x = toX(scale, page);
  const total = scale.pieces[scale.pieces.length - 1]?.end ?? 0;
  const from = now === null ? 0 : toX(scale, Math.min(now.start, total));
  const to = now === null ? 0 : Math.max(from + 4, toX(scale, Math.min(now.end, total)));
  return (
    <div class="ruler" aria-hidden="true">
      <div class="ruler-labels">
        <span>1G pud</span>
        <span>2M pmd</span>
        <span>4K pte</span>
      </div>
      <svg width={scale.width} height={HEIGHT} aria-hidden="true">
        <Rows replay={replay} scale={scale} />
        {now !== null && (
          <path
            class="now"
            d={`M${from} ${HEIGHT - 1}V${HEIGHT - 6}H${to}V${HEIGHT - 1}M${(from + to) / 2 - 4} ${HEIGHT - 10}h8l-4 4z`}
          />
        )}
        <path class="cross-hair" d={`M${x} ${ROWS_TOP}V${HEIGHT}`} />
      </svg>
    </div>
  );
}

const Rows = memo(function Rows({ replay, scale }: { replay: Replay; scale: Scale }) {
  return (
    <>
      {addressLabels(replay, scale).map(({ x, text, quiet, anchor }) => (
        <text key={`${x} ${text}`} class={quiet ? 'address quiet' : 'address'} x={x} y="11" text-anchor={anchor}>
          {text}
        </text>
      ))}
      {rulerOf(scale, replay.machine.pageOffset, 16).map((row, index) => (
        <g key={row.level} class={`level ${row.level}`}>
          {row.entries.map((entry) => (
            <g key={entry.x}>
              <rect
                x={entry.x + 0.5}
                y={ROWS_TOP + index * ROW}
                width={Math.max(1, entry.width - 1)}
                height={ROW - 2}
              />
              {entry.label.length * CHAR + 2 <= entry.width && (
                <text x={entry.x + entry.width / 2} y={ROWS_TOP + index * ROW + 9.5} text-anchor="middle">
                  {entry.label}
                </text>
              )}
            </g>
          ))}
        </g>
      ))}
    </>
  );
});

interface Label {
  readonly x: number;
  readonly text: string;
  readonly quiet: boolean;
  readonly anchor: 'start' | 'middle';
}

/** One whole address, then distances from it; sizes over the breaks. What has no room is left out. */
function addressLabels(replay: Replay, scale: Scale): readonly Label[] {
  const labels: (Label & { from: number; to: number })[] = [];
  const add = (label: Label): boolean => {
    const width = label.text.length * CHAR;
    const from = label.anchor === 'start' ? label.x : label.x - width / 2;
    if (from < 0 || from + width > scale.width) return false;
    if (labels.some((other) => from < other.to + 6 && other.from < from + width + 6)) return false;
    labels.push({ ...label, from, to: from + width });
    return true;
  };
  const base =
    scale.pieces.find((piece) => piece.kind === 'hot') ?? scale.pieces.find((piece) => piece.kind !== 'outside');
  if (base !== undefined) {
    const text = addressText(replay, base.start);
    const x = Math.min(base.x + 1, scale.width - text.length * CHAR);
    add({ x, text, quiet: false, anchor: 'start' });
  }
  for (const piece of scale.pieces) {
    if (piece.kind === 'outside' || piece.kind === 'quiet') {
      add({ x: piece.x + piece.width / 2, text: pagesText(piece.end - piece.start), quiet: true, anchor: 'middle' });
    }
  }
  for (const piece of scale.pieces) {
    if (base === undefined || piece === base || piece.kind === 'outside' || piece.kind === 'quiet') continue;
    const distance = piece.start - base.start;
    const text = `${distance < 0 ? '−' : '+'}${pagesText(Math.abs(distance)).replace('~', '')}`;
    add({ x: piece.x + 1, text, quiet: false, anchor: 'start' });
  }
  return labels;
}
