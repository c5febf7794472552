/**
 * One review per document version, made when it is first asked for and kept until the text or the settings change. Asking
 * again while a review is due waits for the same one; an edit that comes before it has begun makes it speak of the newer text.
 */
import type { PatchFile } from '../patch/model.ts';
import type { Report, ReviewOptions } from '../review/report.ts';
import type { ReviewProgress } from '../review/review.ts';
import type { Reviewer } from '../show/reviewer.ts';
import { inSlices } from './slices.ts';
import { type Suppression, withoutSuppressed } from './suppress.ts';

export interface ReviewedDocument {
  readonly uri: string;
  readonly version: number;
  readonly report: Report;
  /** The document as messages and hunks; read when first asked for. */
  readonly patchFile: () => PatchFile;
  /** Findings that the settings suppress; they are not in the report. */
  readonly suppressed: number;
  /** Why there is no review, in one sentence; `report` is then empty. */
  readonly failure: string | null;
}

export interface OpenDocument {
  readonly version: number;
  getText(): string;
}

export interface ReviewsHost {
  readonly reviewer: Promise<Reviewer>;
  /** The document as it is now; undefined: closed. */
  readonly document: (uri: string) => OpenDocument | undefined;
  readonly options: () => Omit<ReviewOptions, 'file'>;
  readonly suppressions: () => readonly Suppression[];
  readonly largestDocument: () => number;
  /** How long typing has to rest before a review begins, in milliseconds. */
  readonly pause: number;
  readonly onBegin: (uri: string) => void;
  /** A long review is still going on. */
  readonly onProgress: (uri: string, progress: ReviewProgress) => void;
  readonly onReviewed: (document: ReviewedDocument) => void;
  readonly onFault: (uri: string, error: unknown) => void;
}

export interface Reviews {
  /** The review of the document's newest text; null: it was closed. Never rejects. */
  of(uri: string): Promise<ReviewedDocument | null>;
  /** What is known right now of the newest text, without waiting. */
  known(uri: string): ReviewedDocument | null;
  /** Tells of an edit; the review itself waits until it is asked for. */
  edited(uri: string): void;
  closed(uri: string): void;
  /** Ends the review that is going on, if one is; the next edit begins anew. */
  cancel(uri: string): void;
  /** The settings changed: every review is out of date. */
  invalidate(): void;
}

interface Entry {
  lastEdit: number;
  done: ReviewedDocument | null;
  due: Promise<ReviewedDocument | null> | null;
  isCancelled: boolean;
  /** The settings changed while it was reviewed. */
  isOutdated: boolean;
}

export function createReviews(host: ReviewsHost): Reviews {
  const entries = new Map<string, Entry>();
  const entryOf = (uri: string): Entry => {
    const entry = entries.get(uri) ?? { lastEdit: 0, done: null, due: null, isCancelled: false, isOutdated: false };
    entries.set(uri, entry);
    return entry;
  };

  async function review(uri: string, entry: Entry): Promise<ReviewedDocument | null> {
    const reviewer = await host.reviewer.catch((error: unknown) => {
      host.onFault(uri, error);
      return null;
    });
    entry.isCancelled = false;
    for (;;) {
      for (let rest = 0; rest >= 0; rest = entry.lastEdit + host.pause - Date.now()) await sleep(rest);
      if (host.document(uri) !== undefined) host.onBegin(uri);
      // The review blocks this process: what was just told has to be on its way before.
      await sleep(0);
      const document = host.document(uri);
      const isGone = (): boolean => host.document(uri) === undefined || entries.get(uri) !== entry;
      if (document === undefined || isGone()) {
        entry.due = null;
        return null;
      }
      const { version } = document;
      const isStale = (): boolean => isGone() || host.document(uri)?.version !== version || entry.isOutdated;
      entry.isOutdated = false;
      const done = await reviewOf(uri, document, reviewer, host, {
        isStale,
        isCancelled: () => entry.isCancelled,
      });
      if (done === null) continue;
      entry.due = null;
      entry.done = done;
      host.onReviewed(done);
      return done;
    }
  }

  return {
    known(uri) {
      const done = entries.get(uri)?.done ?? null;
      return done !== null && done.version === host.document(uri)?.version ? done : null;
    },
    async of(uri) {
      const known = this.known(uri);
      if (known !== null) return known;
      if (host.document(uri) === undefined) return null;
      const entry = entryOf(uri);
      entry.due ??= review(uri, entry);
      return entry.due;
    },
    edited(uri) {
      const entry = entryOf(uri);
      // The first look at a document does not wait.
      if (entry.done !== null || entry.due !== null) entry.lastEdit = Date.now();
    },
    closed(uri) {
      entries.delete(uri);
      void host.reviewer.then(
        (reviewer) => reviewer.forget?.(uri),
        () => {},
      );
    },
    cancel(uri) {
      const entry = entries.get(uri);
      if (entry !== undefined && entry.due !== null) entry.isCancelled = true;
    },
    invalidate() {
      for (const entry of entries.values()) {
        entry.done = null;
        entry.isOutdated = true;
      }
    },
  };
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const EMPTY: Report = {
  patches: [],
  problems: [],
  unreadable: true,
  summary: { patches: 0, errors: 0, warnings: 0, notes: 0 },
  replay: () => null,
  fixes: () => [],
};

/** When a review is to be given up. */
interface Stops {
  /** Begun again with what is newer. */
  readonly isStale: () => boolean;
  /** By the person who waits. */
  readonly isCancelled: () => boolean;
}

/** Reviews one text. A fault of the review becomes an empty report that says so; null: the text is no longer the newest. */
async function reviewOf(
  uri: string,
  document: OpenDocument,
  reviewer: Reviewer | null,
  host: ReviewsHost,
  stops: Stops,
): Promise<ReviewedDocument | null> {
  const { version } = document;
  const none = { lines: [], eol: '\n', messages: [], problems: [] } as const;
  const failed = (failure: string): ReviewedDocument => ({
    uri,
    version,
    report: EMPTY,
    patchFile: () => none,
    suppressed: 0,
    failure,
  });
  if (reviewer === null) return failed('the C parser could not be loaded');
  const text = document.getText();
  if (text.length > host.largestDocument()) return failed('the document is larger than mktme.limits.documentMegabytes');
  let patchFile: PatchFile | null = null;
  const read = (): PatchFile => {
    patchFile ??= reviewer.read(text);
    return patchFile;
  };
  try {
    const options = { ...host.options(), file: uri, remember: true };
    const given = await inSlices(reviewer, text, options, {
      shouldStop: () => stops.isStale() || stops.isCancelled(),
      onProgress: (progress) => host.onProgress(uri, progress),
    });
    if (given === null) return stops.isStale() ? null : failed('the review was cancelled; an edit begins it again');
    const suppressions = host.suppressions();
    const { report, count } =
      suppressions.length === 0
        ? { report: given, count: 0 }
        : withoutSuppressed(given, suppressions, text.split(/\r\n|\r|\n/));
    return { uri, version, report, patchFile: read, suppressed: count, failure: null };
  } catch (error) {
    host.onFault(uri, error);
    return failed('the review itself failed; the output channel says where');
  }
}
