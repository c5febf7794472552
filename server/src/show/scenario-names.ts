/** How people name scenarios that are not to be run: an id (`set-memory-ro/4k-in-2m`), or its first part for all of a kind. */
import { scenarios } from '../../../engine/src/kernel/scenarios/index.ts';

const ids: ReadonlySet<string> = new Set(scenarios.map(({ id }) => id));

/** First parts of the ids in the catalogue's order: `set-memory-ro`, `boot`, `hot-add`, ... */
export const SCENARIO_KINDS: readonly string[] = [...new Set(scenarios.map(({ id }) => id.slice(0, id.indexOf('/'))))];

/** Null for the name of a scenario or a kind; else one clause that says what is wrong and what comes nearest. */
export function scenarioFault(name: string): string | null {
  if (ids.has(name) || SCENARIO_KINDS.includes(name)) return null;
  const kind = name.split('/')[0] ?? '';
  const near = SCENARIO_KINDS.includes(kind)
    ? [...ids].filter((id) => id.startsWith(`${kind}/`))
    : SCENARIO_KINDS.filter((known) => known.includes(kind) || kind.startsWith(known));
  const known = near.length > 0 ? near : SCENARIO_KINDS;
  const shown = known.slice(0, MOST).join(', ');
  return `no scenario and no kind of scenario; use ${shown}${known.length > MOST ? ` or one of ${known.length - MOST} more` : ''}`;
}

const MOST = 8;
