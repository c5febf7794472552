/** What the user has chosen, as one value; kept across a reload of the panel. */
import type { Stretch } from '../../engine/src/picture/pages.ts';

export interface Choice {
  /** Run the choice belongs to; another run starts afresh. */
  readonly run: string;
  readonly position: number;
  /** null: the home lens. */
  readonly lens: Stretch | null;
  /** Inspected entry; null: the first place that differs or changed. */
  readonly page: number | null;
  readonly keyId: number;
  readonly folded: readonly number[];
}

export const SPEEDS = [1, 2, 4, 16, 64, 256] as const;

/** A stored choice, if it is one and belongs to this run. */
export function restoredChoice(stored: unknown, run: string, steps: number): Choice | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { run: storedRun, position, lens, page, keyId, folded } = stored as Partial<Record<keyof Choice, unknown>>;
  if (storedRun !== run || typeof position !== 'number' || typeof keyId !== 'number') return null;
  return {
    run,
    position: Math.max(0, Math.min(steps, Math.trunc(position))),
    lens: isStretch(lens) ? lens : null,
    page: typeof page === 'number' ? page : null,
    keyId,
    folded: Array.isArray(folded) ? folded.filter((index): index is number => typeof index === 'number') : [],
  };
}

const isStretch = (value: unknown): value is Stretch =>
  typeof value === 'object' &&
  value !== null &&
  'start' in value &&
  'end' in value &&
  typeof value.start === 'number' &&
  typeof value.end === 'number' &&
  value.end > value.start;
