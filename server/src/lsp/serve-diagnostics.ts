/** Diagnostics for clients that ask for them: of one document, and of the folder's patches that are not open. */
import { type Connection, DocumentDiagnosticReportKind } from 'vscode-languageserver';
import type { ReviewOptions } from '../review/report.ts';
import type { Reviewer } from '../show/reviewer.ts';
import { diagnosticsOf } from './diagnostics.ts';
import type { Reviews } from './documents.ts';
import type { Settings } from './settings.ts';
import { inSlices } from './slices.ts';
import { withoutSuppressed } from './suppress.ts';
import { createWorkspaceDiagnostics } from './workspace.ts';

interface Serving {
  readonly reviewer: Promise<Reviewer>;
  readonly reviews: Reviews;
  readonly settings: () => Settings;
  readonly options: () => Omit<ReviewOptions, 'file'>;
  /** Counts changes of the settings: diagnostics of an older generation are stale. */
  readonly generation: () => number;
  readonly folders: () => readonly string[];
  readonly isOpen: (uri: string) => boolean;
}

export function serveDiagnostics(connection: Connection, serving: Serving): void {
  const { reviewer, reviews, settings, options, generation, folders, isOpen } = serving;

  connection.languages.diagnostics.on(async ({ textDocument: { uri }, previousResultId }) => {
    // Diagnostics always speak of the newest text; a stale request is answered with them as well.
    const document = await reviews.of(uri);
    const resultId = document === null ? 'closed' : `${generation()}:${document.version}`;
    if (resultId === previousResultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
    const items = document === null ? [] : diagnosticsOf(document);
    return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  });

  const workspace = createWorkspaceDiagnostics(
    async (uri, content, isCancelled) => {
      const one = await reviewer.catch(() => null);
      if (one === null) return null;
      try {
        const watcher = { shouldStop: isCancelled, onProgress: () => {} };
        const report = await inSlices(one, content, { ...options(), file: uri }, watcher);
        if (report === null) return null;
        const patchFile = () => one.read(content);
        const { suppressed } = settings();
        const kept = suppressed.length === 0 ? report : withoutSuppressed(report, suppressed, patchFile().lines).report;
        return diagnosticsOf({ uri, version: 0, report: kept, patchFile, suppressed: 0, failure: null });
      } catch {
        return [];
      }
    },
    () => settings().largestDocument,
  );
  connection.languages.diagnostics.onWorkspace(async ({ previousResultIds }, token) => {
    await reviewer.catch(() => null);
    const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
    const files = await workspace.all(folders(), generation(), previous, {
      isOpen,
      cancelled: () => token.isCancellationRequested,
    });
    return {
      items: files.map(({ uri, resultId, items }) =>
        items === null
          ? { kind: DocumentDiagnosticReportKind.Unchanged, uri, version: null, resultId }
          : { kind: DocumentDiagnosticReportKind.Full, uri, version: null, resultId, items: [...items] },
      ),
    };
  });
}
