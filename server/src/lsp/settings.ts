import type { ReviewOptions, RuleSlug, Severity, SyncConvention } from '../review/report.ts';
import { isRuleSlug } from '../show/rules.ts';
import { scenarioFault } from '../show/scenario-names.ts';
import { parseSync } from '../show/sync-convention.ts';
import { readSuppression, type Suppression } from './suppress.ts';

/** The `mktme` section of the client's configuration, checked. */
export interface Settings {
  readonly rules: NonNullable<ReviewOptions['rules']>;
  readonly keyIds: number | null;
  readonly pagingLevels: readonly (4 | 5)[] | null;
  readonly syncs: readonly SyncConvention[];
  /** Ids of scenarios, or their first parts. */
  readonly skipScenarios: readonly string[];
  readonly suppressed: readonly Suppression[];
  readonly inlayHints: boolean;
  readonly codeLens: boolean;
  /** A kernel tree, or null. */
  readonly kernelTree: string | null;
  /** Documents longer than this are not reviewed; UTF-16 units. */
  readonly largestDocument: number;
}

export const DEFAULTS: Settings = {
  rules: {},
  keyIds: null,
  pagingLevels: null,
  syncs: [],
  skipScenarios: [],
  suppressed: [],
  inlayHints: true,
  codeLens: true,
  kernelTree: null,
  largestDocument: 20 << 20,
};

/** Reads the section; what is not understood keeps its default and becomes a problem (one sentence each). */
export function readSettings(section: unknown): { readonly settings: Settings; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const values = isRecord(section) ? section : {};
  const limits = isRecord(values.limits) ? values.limits : {};
  const take = <T>(
    name: string,
    value: unknown,
    read: (value: unknown) => T | null,
    fallback: T,
    expected: string,
  ): T => {
    if (value === undefined || value === null || value === '') return fallback;
    const found = read(value);
    if (found === null) problems.push(`mktme.${name}: ${JSON.stringify(value)} is not understood; use ${expected}`);
    return found ?? fallback;
  };
  const settings: Settings = {
    rules: rulesOf(values.rules, problems),
    keyIds: take('keyIds', values.keyIds, (value) => integer(value, 1, 63), DEFAULTS.keyIds, 'a number from 1 to 63'),
    pagingLevels: take('pagingLevels', values.pagingLevels, levels, DEFAULTS.pagingLevels, '[4], [5] or [4, 5]'),
    syncs: listOf('syncFunctions', values.syncFunctions, readSync, problems),
    skipScenarios: listOf('skipScenarios', values.skipScenarios, readScenario, problems),
    suppressed: listOf('suppressed', values.suppressed, readSuppression, problems),
    inlayHints: take('inlayHints', values.inlayHints, bool, DEFAULTS.inlayHints, 'true or false'),
    codeLens: take('codeLens', values.codeLens, bool, DEFAULTS.codeLens, 'true or false'),
    kernelTree: take('kernelTree', values.kernelTree, text, DEFAULTS.kernelTree, 'the path of a folder'),
    largestDocument: take(
      'limits.documentMegabytes',
      limits.documentMegabytes,
      (value) => megabytes(value),
      DEFAULTS.largestDocument,
      'a number from 1 to 200',
    ),
  };
  return { settings, problems };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const bool = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const integer = (value: unknown, least: number, most: number): number | null =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? Number(value) : null;

function megabytes(value: unknown): number | null {
  const count = integer(value, 1, 200);
  return count === null ? null : count << 20;
}

function levels(value: unknown): readonly (4 | 5)[] | null {
  if (!Array.isArray(value)) return null;
  const known = value.filter((level): level is 4 | 5 => level === 4 || level === 5);
  return known.length > 0 && known.length === value.length ? known : null;
}

const LEVELS: readonly ('off' | Severity)[] = ['off', 'error', 'warning', 'note'];

function rulesOf(value: unknown, problems: string[]): Settings['rules'] {
  const rules: Partial<Record<RuleSlug, 'off' | Severity>> = {};
  for (const [name, setting] of Object.entries(isRecord(value) ? value : {})) {
    const level = LEVELS.find((known) => known === setting);
    if (!isRuleSlug(name)) problems.push(`mktme.rules: there is no rule ${name}`);
    else if (level !== undefined) rules[name] = level;
    else if (setting !== 'default')
      problems.push(`mktme.rules: ${name}: ${JSON.stringify(setting)} is not understood; use ${LEVELS.join(', ')}`);
  }
  return rules;
}

/** What each entry of a list reads as; an entry that is not understood is left out and becomes a problem. */
function listOf<T>(
  name: string,
  value: unknown,
  read: (entry: unknown) => { readonly value: T } | string,
  problems: string[],
): readonly T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    problems.push(`mktme.${name}: not a list`);
    return [];
  }
  return value.flatMap((entry) => {
    const result = read(entry);
    if (typeof result !== 'string') return [result.value];
    problems.push(`mktme.${name}: ${JSON.stringify(entry)}: ${result}`);
    return [];
  });
}

function readSync(entry: unknown): { readonly value: SyncConvention } | string {
  const sync = typeof entry === 'string' ? parseSync(entry) : 'not a text';
  return typeof sync === 'string' ? sync : { value: sync };
}

function readScenario(entry: unknown): { readonly value: string } | string {
  if (typeof entry !== 'string') return 'not a text';
  return scenarioFault(entry) ?? { value: entry };
}
