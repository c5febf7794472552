import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding, Place } from '../../review/report.ts';
import { RULE_SLUGS, rulePage, ruleSeverity, ruleSummary } from '../../show/rules.ts';
import { type PatchOf, patchesIn, type Reviewed } from '../reviewed.ts';
import { HOME_PAGE, TOOL } from '../version.ts';

/** `--format sarif`: SARIF 2.1.0, one run. Regions are in the patch file; the kernel file's line is a logical location. */
export function sarif(all: readonly Reviewed[]): string {
  const patches = patchesIn(all);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { ...TOOL, informationUri: HOME_PAGE, rules: RULE_SLUGS.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: patches.flatMap(notifications) }],
        results: patches.flatMap(({ patch }) => patch.findings.map(result)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 1)}\n`;
}

const descriptor = (slug: (typeof RULE_SLUGS)[number]) => ({
  id: slug,
  shortDescription: { text: ruleSummary(slug) },
  helpUri: rulePage(slug),
  defaultConfiguration: { level: ruleSeverity(slug) },
});

const uriOf = (file: string): string =>
  isAbsolute(file)
    ? pathToFileURL(file).href
    : encodeURI(file.replaceAll('\\', '/')).replaceAll('#', '%23').replaceAll('?', '%3F');

const physical = (place: Place) => ({
  artifactLocation: { uri: uriOf(place.file) },
  region: {
    startLine: place.line,
    startColumn: place.column,
    endLine: place.endLine,
    endColumn: place.endColumn,
  },
});

const result = (finding: Finding) => ({
  ruleId: finding.rule,
  ruleIndex: RULE_SLUGS.indexOf(finding.rule),
  level: finding.severity,
  message: { text: finding.message },
  locations: [
    {
      physicalLocation: physical(finding),
      logicalLocations: [
        {
          ...(finding.function === null ? {} : { name: finding.function, kind: 'function' }),
          fullyQualifiedName: [finding.path, finding.kernelLine, finding.function]
            .filter((part) => part !== null)
            .join(':'),
        },
      ],
    },
  ],
  relatedLocations: finding.related.map((related, id) => ({
    id,
    physicalLocation: physical(related),
    message: { text: related.message },
  })),
  partialFingerprints: {
    'mktmeFinding/v1': [finding.rule, finding.path, finding.function, finding.scenario].join('|'),
  },
  properties: {
    path: finding.path,
    kernelLine: finding.kernelLine,
    scenarios: finding.scenarios,
    evidence: finding.evidence,
    assumptions: finding.assumptions,
  },
});

const notifications = ({ patch }: PatchOf) =>
  patch.problems.map((problem) => ({
    level: 'warning',
    message: { text: problem.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(patch.file) },
          region: { startLine: Math.max(1, problem.line) },
        },
      },
    ],
  }));
