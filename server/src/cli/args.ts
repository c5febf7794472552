import { parseArgs } from 'node:util';
import { Failure } from '../host/failure.ts';
import type { ReviewOptions, RuleSlug, SyncConvention } from '../review/report.ts';
import { isRuleSlug, RULE_SLUGS } from '../show/rules.ts';
import { scenarioFault } from '../show/scenario-names.ts';
import { parseSync } from '../show/sync-convention.ts';

export const FORMATS = ['text', 'terse', 'json', 'sarif', 'reply', 'html', 'check'] as const;
export type Format = (typeof FORMATS)[number];
export type FailOn = 'error' | 'warning' | 'never';

export interface ReviewCommand {
  readonly command: 'review';
  readonly inputs: readonly string[];
  readonly format: Format;
  readonly failOn: FailOn;
  readonly color: 'auto' | 'always' | 'never';
  readonly quiet: boolean;
  /** A kernel tree: for whole functions instead of fragments, and where git ranges are looked up. */
  readonly kernel: string | null;
  readonly rules: NonNullable<ReviewOptions['rules']>;
  readonly syncs: readonly SyncConvention[];
  /** Ids of scenarios that are not run, or their first parts. */
  readonly skipScenarios: readonly string[];
  readonly keyIds: number | null;
  readonly pagingLevels: readonly (4 | 5)[] | null;
}

export type Command =
  | ReviewCommand
  | { readonly command: 'simulate'; readonly inputs: readonly string[] }
  | { readonly command: 'help' | 'version' };

const OPTIONS = {
  format: { type: 'string', short: 'f', default: 'text' },
  kernel: { type: 'string', short: 'k' },
  'fail-on': { type: 'string', default: 'error' },
  rule: { type: 'string', multiple: true, default: [] as string[] },
  'no-rule': { type: 'string', multiple: true, default: [] as string[] },
  sync: { type: 'string', multiple: true, default: [] as string[] },
  'skip-scenario': { type: 'string', multiple: true, default: [] as string[] },
  keyids: { type: 'string' },
  levels: { type: 'string' },
  color: { type: 'string', default: 'auto' },
  quiet: { type: 'boolean', short: 'q', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'V', default: false },
} as const;

/** Reads the command line (without node and script). Throws Failure with one line that says what to write instead. */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv);
  if (values.help) return { command: 'help' };
  if (values.version) return { command: 'version' };
  const [first, ...rest] = positionals;
  if (first === 'help' && rest.length === 0) return { command: 'help' };
  if (first === 'simulate') return { command: 'simulate', inputs: rest };
  return {
    command: 'review',
    inputs: first === 'review' ? rest : positionals,
    format: oneOf('--format', values.format, FORMATS),
    failOn: oneOf('--fail-on', values['fail-on'], ['error', 'warning', 'never'] as const),
    color: oneOf('--color', values.color, ['auto', 'always', 'never'] as const),
    quiet: values.quiet,
    kernel: values.kernel ?? null,
    rules: rulesOf(values.rule, values['no-rule']),
    syncs: values.sync.map(syncOf),
    skipScenarios: values['skip-scenario'].flatMap((value) => value.split(',')).map(scenarioOf),
    keyIds: values.keyids === undefined ? null : keyIdsOf(values.keyids),
    pagingLevels: values.levels === undefined ? null : levelsOf(values.levels),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    // "Unknown option '--x'. To specify a positional argument ...": the first sentence says it.
    const sentence = (error instanceof Error ? error.message : String(error)).split(/\.( |$)/)[0];
    throw new Failure(`${sentence}; see mktme-review --help`);
  }
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found === undefined) throw new Failure(`${option} ${value}: not known; use one of ${allowed.join(', ')}`);
  return found;
}

function rulesOf(only: readonly string[], without: readonly string[]): ReviewCommand['rules'] {
  const slugs = (option: string, values: readonly string[]): RuleSlug[] =>
    values
      .flatMap((value) => value.split(','))
      .map((name) => {
        if (isRuleSlug(name)) return name;
        throw new Failure(`${option} ${name}: no such rule; the rules are ${RULE_SLUGS.join(', ')}`);
      });
  const wanted = new Set(slugs('--rule', only));
  const unwanted = new Set(slugs('--no-rule', without));
  const off = RULE_SLUGS.filter((slug) => unwanted.has(slug) || (wanted.size > 0 && !wanted.has(slug)));
  return Object.fromEntries(off.map((slug) => [slug, 'off' as const]));
}

function syncOf(text: string): SyncConvention {
  const sync = parseSync(text);
  if (typeof sync === 'string') throw new Failure(`--sync ${text}: ${sync}`);
  return sync;
}

function scenarioOf(name: string): string {
  const fault = scenarioFault(name);
  if (fault !== null) throw new Failure(`--skip-scenario ${name}: ${fault}`);
  return name;
}

function keyIdsOf(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < 1 || n > 63) throw new Failure(`--keyids ${text}: use a number from 1 to 63`);
  return n;
}

function levelsOf(text: string): readonly (4 | 5)[] {
  return text.split(',').map((level) => {
    if (level === '4') return 4;
    if (level === '5') return 5;
    throw new Failure(`--levels ${text}: use 4, 5 or 4,5`);
  });
}
