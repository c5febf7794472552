/**
 * One review per document version, made when it is first asked for and kept until the text or the settings change. Asking
 * again while a review is due waits for the same one; an edit that comes before it has begun makes it speak of the newer text.
 */
import type { PatchFile } from '../patch/model.ts';
import type { Report, ReviewOptions } from '../review/report.ts';
import type { Reviewer } from '../show/reviewer.ts';

export interface ReviewedDocument {
  readonly uri: string;
  readonly version: number;
  readonly report: Report;
  /** The document as messages and hunks; read when first asked for. */
  readonly patchFile: () => PatchFile;
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
  readonly largestDocument: () => number;
  /** How long typing has to rest before a review begins, in milliseconds. */
  readonly pause: number;
  readonly onBegin: (uri: string) => void;
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
  /** The settings changed: every review is out of date. */
  invalidate(): void;
}

interface Entry {
  lastEdit: number;
  done: ReviewedDocument | null;
  due: Promise<ReviewedDocument | null> | null;
}

export function createReviews(host: ReviewsHost): Reviews {
  const entries = new Map<string, Entry>();
  const entryOf = (uri: string): Entry => {
    const entry = entries.get(uri) ?? { lastEdit: 0, done: null, due: null };
    entries.set(uri, entry);
    return entry;
  };

  async function review(uri: string, entry: Entry): Promise<ReviewedDocument | null> {
    const reviewer = await host.reviewer.catch((error: unknown) => {
      host.onFault(uri, error);
      return null;
    });
    for (let rest = 0; rest >= 0; rest = entry.lastEdit + host.pause - Date.now()) await sleep(rest);
    if (host.document(uri) !== undefined) host.onBegin(uri);
    // The review blocks this process: what was just told has to be on its way before.
    await sleep(0);
    const document = host.document(uri);
    entry.due = null;
    if (document === undefined || entries.get(uri) !== entry) return null;
    entry.done = reviewOf(uri, document, reviewer, host);
    host.onReviewed(entry.done);
    return entry.done;
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
    invalidate() {
      for (const entry of entries.values()) entry.done = null;
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

/** Reviews one text now. A fault of the review becomes an empty report that says so. */
function reviewOf(uri: string, document: OpenDocument, reviewer: Reviewer | null, host: ReviewsHost): ReviewedDocument {
  const { version } = document;
  const none = { lines: [], eol: '\n', messages: [], problems: [] } as const;
  const failed = (failure: string): ReviewedDocument => ({
    uri,
    version,
    report: EMPTY,
    patchFile: () => none,
    failure,
  });
  if (reviewer === null) return failed('the C parser could not be loaded');
  const text = document.getText();
  if (text.length > host.largestDocument()) return failed('the document is larger than mktme.limits.documentMegabytes');
  let patchFile: PatchFile | null = null;
  try {
    return {
      uri,
      version,
      report: reviewer.review(text, { ...host.options(), file: uri, remember: true }),
      patchFile: () => {
        patchFile ??= reviewer.read(text);
        return patchFile;
      },
      failure: null,
    };
  } catch (error) {
    host.onFault(uri, error);
    return failed('the review itself failed; the output channel says where');
  }
}
