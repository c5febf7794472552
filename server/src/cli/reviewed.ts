import type { Message, PatchFile } from '../patch/model.ts';
import type { PatchReport, Report } from '../review/report.ts';

/** One input with what was found in it: what every output format is given. */
export interface Reviewed {
  /** As findings name it. */
  readonly name: string;
  readonly report: Report;
  /** The input as messages; read when first asked for. */
  readonly patchFile: () => PatchFile;
}

/** A patch's report with its place in the reviewed input. */
export interface PatchOf {
  readonly reviewed: Reviewed;
  readonly patch: PatchReport;
  /** Index into `reviewed.report.patches`. */
  readonly index: number;
}

export const patchesIn = (all: readonly Reviewed[]): readonly PatchOf[] =>
  all.flatMap((reviewed) => reviewed.report.patches.map((patch, index) => ({ reviewed, patch, index })));

/** The message a patch's report speaks of, by its lines; null where nothing was read there. */
export const messageOf = (file: PatchFile, patch: PatchReport): Message | null =>
  file.messages.find((message) => message.line + 1 === patch.startLine) ??
  file.messages.find((message) => message.line < patch.endLine && message.endLine >= patch.startLine) ??
  null;

export interface Totals {
  readonly patches: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/** The summaries of all inputs in one. */
export const totalsOf = (all: readonly Reviewed[]): Totals =>
  all.reduce(
    (sum, { report: { summary } }) => ({
      patches: sum.patches + summary.patches,
      errors: sum.errors + summary.errors,
      warnings: sum.warnings + summary.warnings,
      notes: sum.notes + summary.notes,
    }),
    { patches: 0, errors: 0, warnings: 0, notes: 0 },
  );
