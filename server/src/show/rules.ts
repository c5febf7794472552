/** What every front end says about the rules beside a finding: order, default severity, one line, page. */
import type { RuleSlug, Severity } from '../review/report.ts';

const PAGES = 'https://github.com/mktme-patch-review/mktme-patch-review/blob/main/docs/rules';

interface RuleLine {
  readonly severity: Severity;
  readonly summary: string;
}

const RULES: Readonly<Record<RuleSlug, RuleLine>> = {
  'missing-sync': { severity: 'error', summary: 'The direct mapping is changed and never synced.' },
  'partial-sync': { severity: 'error', summary: 'After the sync a KeyID mapping still differs from KeyID-0.' },
  'wrong-address-space': { severity: 'error', summary: 'The synced range is not in the canonical direct mapping.' },
  'sync-before-change': { severity: 'error', summary: 'The sync runs before the last change it has to carry.' },
  'skipped-flush': { severity: 'error', summary: 'A cache or TLB flush that the kernel does today no longer happens.' },
  'invalid-operand': {
    severity: 'error',
    summary: 'Computing the range reads through NULL, past an array, or too early.',
  },
  'signature-mismatch': { severity: 'error', summary: 'Declaration, stub, definition and calls of the sync disagree.' },
  'faulty-sync': { severity: 'error', summary: "The sync's own implementation breaks the invariant." },
  'early-table-free': { severity: 'error', summary: 'A page-table page is freed while it can still be walked.' },
  'unpropagated-top-level': {
    severity: 'error',
    summary: 'New top-level entries never reach the other page tables.',
  },
  'unhooked-site': { severity: 'warning', summary: 'A function known to change the direct mapping reaches no sync.' },
  'over-broad-sync': { severity: 'warning', summary: 'The sync sweeps far more than the change needs.' },
  'redundant-sync': { severity: 'warning', summary: 'Everything the sync covers was already synced.' },
  'unchecked-result': { severity: 'warning', summary: 'The sync can fail and the caller goes on as if it had not.' },
  'sync-in-atomic': { severity: 'warning', summary: 'The sync may sleep and is called where that is not allowed.' },
  'missing-stub': { severity: 'warning', summary: 'A declaration has no counterpart for the other configuration.' },
};

/** All rules, in the order in which documentation lists them. */
export const RULE_SLUGS = Object.keys(RULES) as readonly RuleSlug[];

export const isRuleSlug = (name: string): name is RuleSlug => Object.hasOwn(RULES, name);

/** One sentence: what holds when the rule reports something. */
export const ruleSummary = (rule: RuleSlug): string => RULES[rule].summary;

/** The severity a rule has unless a setting changes it. */
export const ruleSeverity = (rule: RuleSlug): Severity => RULES[rule].severity;

/** The rule's documentation page. */
export const rulePage = (rule: RuleSlug): string => `${PAGES}/${rule}.md`;
