/**
 * What the replay panel's host and its page say to each other: two discriminated unions of plain JSON. The page posts
 * `ready` once it listens; nothing is sent to it before that.
 */
import type { Replay } from '../../engine/src/replay.ts';
import type { ScenarioResult } from '../../server/src/review/report.ts';

export type ReplayVariant = Replay['variant'];

/** What the page draws, whole; a later `show` replaces an earlier one. */
export interface ShowReplay {
  readonly type: 'show';
  readonly replay: Replay;
  /** A second run beside the first: another scenario, or the other variant. */
  readonly compare?: Replay;
  /** What the scenario picker offers, in catalogue order. */
  readonly scenarios: readonly ScenarioResult[];
  /** Id of the scenario that `replay` is the run of. */
  readonly selected: string;
  readonly variant: ReplayVariant;
  /** Ids of the runs that there are only with the patch: of its own sync, and of failing allocations. */
  readonly patchedOnly: readonly string[];
  /** 1-based line of the patch file that the reader came from: a fault laid to it is where the run opens. */
  readonly line?: number;
}

/** Nothing to draw, and why, in one sentence (the patch was edited away, the server is gone). */
export interface ShowNothing {
  readonly type: 'nothing';
  readonly reason: string;
}

export type HostToPage = ShowReplay | ShowNothing;

export type PageToHost =
  | { readonly type: 'ready' }
  | { readonly type: 'select-scenario'; readonly id: string }
  | { readonly type: 'select-variant'; readonly variant: ReplayVariant }
  /** Show `id` (of the same variant as the first run unless given) beside the first run; null: only the first run. */
  | { readonly type: 'compare'; readonly id: string | null; readonly variant?: ReplayVariant }
  /** 1-based line of the patch file. */
  | { readonly type: 'reveal-line'; readonly patchLine: number }
  | { readonly type: 'copy-text'; readonly text: string }
  | { readonly type: 'save'; readonly format: 'svg' | 'html' | 'text'; readonly content: string };

/**
 * Where a page that is not in VS Code finds its data: the HTML report carries JSON of this shape in
 * `<script type="application/json" id="mktme-replay">`. Its buttons post `{ "openRun": index }` to the window.
 */
export interface EmbeddedReplays {
  readonly schema: 1;
  /** One entry per run that the report shows, the one to open first at the front. */
  readonly shows: readonly EmbeddedShow[];
}

export interface EmbeddedShow extends Pick<ShowReplay, 'type' | 'replay' | 'scenarios' | 'selected' | 'variant'> {
  /** Which patch of the report it is a run of, counted from 0. */
  readonly patch: number;
}
