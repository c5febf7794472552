/** Without VS Code: the page answers itself from the documents that an HTML report carries as JSON. */
import type { Replay } from '../../engine/src/replay.ts';
import type { HostToPage, PageToHost, ReplayVariant, ShowReplay } from '../src/replay-messages.ts';
import type { Host } from './host.ts';
import { download } from './save.ts';

type Scenarios = ShowReplay['scenarios'];

/** One run as a report embeds it. */
export interface EmbeddedRun {
  readonly scenario: string;
  readonly variant: ReplayVariant;
  readonly replay: Replay;
  readonly scenarios?: Scenarios;
}

/** Reads `#mktme-replays` (an array of runs) or `#mktme-replay` ({ shows }); [] where neither can be read. */
export function readEmbedded(page: Document): readonly EmbeddedRun[] {
  for (const id of ['mktme-replays', 'mktme-replay']) {
    const text = page.getElementById(id)?.textContent;
    if (text == null) continue;
    try {
      return runsOf(JSON.parse(text));
    } catch {
      return [];
    }
  }
  return [];
}

function runsOf(data: unknown): readonly EmbeddedRun[] {
  if (Array.isArray(data)) return data.filter(isRun);
  if (typeof data !== 'object' || data === null || !('shows' in data) || !Array.isArray(data.shows)) return [];
  return data.shows.filter(isRun).map(({ replay, scenarios }) => ({
    scenario: replay.scenario.id,
    variant: replay.variant,
    replay,
    ...(scenarios && { scenarios }),
  }));
}

const isRun = (data: unknown): data is EmbeddedRun =>
  typeof data === 'object' && data !== null && 'replay' in data && typeof data.replay === 'object';

export function standalone(runs: readonly EmbeddedRun[]): Host {
  let receive: (message: HostToPage) => void = () => undefined;
  let shown = { scenario: runs[0]?.scenario ?? '', variant: runs[0]?.variant ?? 'patched' };
  let compared: { scenario: string; variant: ReplayVariant } | null = null;
  const find = (scenario: string, variant: ReplayVariant): EmbeddedRun | undefined =>
    runs.find((run) => run.scenario === scenario && run.variant === variant) ??
    runs.find((run) => run.scenario === scenario);

  const hasBoth = (scenario: string): boolean =>
    runs.some((run) => run.scenario === scenario && run.variant === 'unpatched');

  const show = (): void => {
    const run = find(shown.scenario, shown.variant);
    if (run === undefined) {
      receive({ type: 'nothing', reason: 'This report holds no replay.' });
      return;
    }
    const other = compared === null ? undefined : find(compared.scenario, compared.variant);
    receive({
      type: 'show',
      replay: run.replay,
      ...(other !== undefined && { compare: other.replay }),
      scenarios: scenariosOf(runs, run),
      selected: run.scenario,
      variant: run.variant,
      patchedOnly: runs.filter((one) => !hasBoth(one.scenario)).map((one) => one.scenario),
    });
  };

  const post = (message: PageToHost): void => {
    switch (message.type) {
      case 'select-scenario':
        shown = { ...shown, scenario: message.id };
        show();
        return;
      case 'select-variant':
        shown = { ...shown, variant: message.variant };
        show();
        return;
      case 'compare':
        compared = message.id === null ? null : { scenario: message.id, variant: message.variant ?? shown.variant };
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
    listen: (listener) => {
      receive = listener;
    },
    restore: () => undefined,
    keep: () => undefined,
  };
}

/** The picker offers what the report holds; each by the verdict of its own run. */
function scenariosOf(runs: readonly EmbeddedRun[], current: EmbeddedRun): Scenarios {
  const held = new Set(runs.map((run) => run.scenario));
  if (current.scenarios !== undefined) return current.scenarios.filter((scenario) => held.has(scenario.id));
  return [...held].map((id) => {
    const run = runs.find((each) => each.scenario === id && each.variant === 'patched') ?? current;
    return { id, title: run.replay.scenario.title, ...run.replay.verdict };
  });
}
