/** Without VS Code: the page answers itself from the documents that an HTML report carries as JSON. */
import type { Replay } from '../../engine/src/replay.ts';
import type { EmbeddedShow, HostToPage, PageToHost, ReplayVariant, ShowReplay } from '../src/replay-messages.ts';
import type { Host } from './host.ts';
import { download } from './save.ts';

type Scenarios = ShowReplay['scenarios'];

/** One run as a report embeds it. */
export interface EmbeddedRun {
  /** Which patch of the report it is a run of: runs of one patch are one picker. */
  readonly patch: number;
  readonly scenario: string;
  readonly variant: ReplayVariant;
  readonly replay: Replay;
  readonly scenarios: Scenarios;
}

/** Reads what a report embeds (replay-messages.ts says how); [] where it cannot be read. */
export function readEmbedded(page: Document): readonly EmbeddedRun[] {
  try {
    return runsOf(JSON.parse(page.getElementById('mktme-replay')?.textContent ?? 'null'));
  } catch {
    return [];
  }
}

function runsOf(data: unknown): readonly EmbeddedRun[] {
  if (typeof data !== 'object' || data === null || !('shows' in data) || !Array.isArray(data.shows)) return [];
  return data.shows.filter(isShow).map(({ patch, selected, variant, replay, scenarios }) => ({
    patch,
    scenario: selected,
    variant,
    replay,
    scenarios,
  }));
}

const isShow = (data: unknown): data is EmbeddedShow =>
  typeof data === 'object' && data !== null && 'replay' in data && typeof data.replay === 'object';

export interface StandaloneHost extends Host {
  /** Shows a run by its place among the embedded ones; the report's buttons ask for it. */
  open(index: number): void;
}

export function standalone(runs: readonly EmbeddedRun[]): StandaloneHost {
  let receive: (message: HostToPage) => void = () => undefined;
  let shown = runs[0];
  let compared: EmbeddedRun | undefined;
  /** A run of the patch that is shown. */
  const find = (scenario: string, variant: ReplayVariant): EmbeddedRun | undefined => {
    const held = runs.filter((run) => run.patch === shown?.patch && run.scenario === scenario);
    return held.find((run) => run.variant === variant) ?? held[0];
  };

  const show = (): void => {
    if (shown === undefined) {
      receive({ type: 'nothing', reason: 'This report holds no replay.' });
      return;
    }
    const { patch, replay, scenario, variant } = shown;
    const beside = runs.filter((run) => run.patch === patch);
    const both = new Set(beside.filter((run) => run.variant === 'unpatched').map((run) => run.scenario));
    receive({
      type: 'show',
      replay,
      ...(compared !== undefined && { compare: compared.replay }),
      scenarios: scenariosOf(beside, shown),
      selected: scenario,
      variant,
      patchedOnly: beside.filter((run) => !both.has(run.scenario)).map((run) => run.scenario),
    });
  };

  const post = (message: PageToHost): void => {
    switch (message.type) {
      case 'select-scenario':
        shown = find(message.id, shown?.variant ?? 'patched');
        show();
        return;
      case 'select-variant':
        shown = find(shown?.scenario ?? '', message.variant);
        show();
        return;
      case 'compare':
        compared = message.id === null ? undefined : find(message.id, message.variant ?? shown?.variant ?? 'patched');
        show();
        return;
      case 'ready':
        show();
        return;
      case 'save':
        download(message.format, message.content);
        return;
      case 'copy-text':
        void navigator.clipboard?.writeText(message.text);
        return;
      case 'reveal-line':
        return;
    }
  };
  return {
    kind: 'standalone',
    post,
    open: (index) => {
      shown = runs[index];
      compared = undefined;
      show();
    },
    listen: (listener) => {
      receive = listener;
    },
    restore: () => undefined,
    keep: () => undefined,
  };
}

/** The picker offers what the report holds of a patch; what its list does not name, by the verdict of its own run. */
function scenariosOf(held: readonly EmbeddedRun[], { scenarios }: EmbeddedRun): Scenarios {
  const known = new Map(scenarios.map((scenario) => [scenario.id, scenario]));
  const patched = held.filter(({ variant }) => variant === 'patched');
  return patched.map(
    ({ scenario: id, replay }) => known.get(id) ?? { id, title: replay.scenario.title, ...replay.verdict },
  );
}
