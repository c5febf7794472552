/**
 * What a patch file holds, as plain data. Lines are 0-based indexes into `PatchFile.lines`; columns are 0-based UTF-16
 * units. Nothing here knows C.
 */

export interface Problem {
  /** 0-based line of the input. */
  readonly line: number;
  readonly message: string;
}

/** One line of a hunk. */
export interface HunkLine {
  readonly kind: 'context' | 'added' | 'removed';
  /** The content without its marker and without a line ending. */
  readonly text: string;
  /** 0-based line of the input where it stands. */
  readonly line: number;
  /** UTF-16 column of the input line where `text[0]` stands (1 behind a marker; 3 behind `> +`). */
  readonly column: number;
  /** True where the input line is not the content itself (decoded base64, quoted-printable, format=flowed): columns are then not exact. */
  readonly decoded: boolean;
  /** 1-based line number in the pre-image file (context, removed) and the post-image file (context, added). */
  readonly oldLine: number | null;
  readonly newLine: number | null;
}

export interface Hunk {
  /** 0-based line of the `@@` header. */
  readonly line: number;
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  /** Text behind the second `@@`. */
  readonly heading: string;
  /** UTF-16 column of the heading. */
  readonly headingColumn: number;
  readonly lines: readonly HunkLine[];
}

export interface FileDiff {
  /** 0-based line of `diff --git` or, without it, `---`. */
  readonly line: number;
  /** null: /dev/null, the file is created. */
  readonly oldPath: string | null;
  /** null: deleted. */
  readonly newPath: string | null;
  /** Blob names of the `index` line. */
  readonly oldBlob: string | null;
  readonly newBlob: string | null;
  readonly binary: boolean;
  readonly hunks: readonly Hunk[];
}

export interface SeriesPosition {
  readonly version: number;
  readonly index: number;
  readonly total: number;
}

/** One mail, commit or bare diff. */
export interface Message {
  /** 0-based line where it begins. */
  readonly line: number;
  /** 0-based line after its last. */
  readonly endLine: number;
  readonly kind: 'mail' | 'archive' | 'commit' | 'diff';
  readonly subject: string | null;
  readonly author: string | null;
  /** Author's address and all other header fields a reply needs, decoded, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** ISO 8601 in UTC, or null. */
  readonly date: string | null;
  /** Without angle brackets, as `inReplyTo`. */
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly series: SeriesPosition | null;
  readonly files: readonly FileDiff[];
  readonly problems: readonly Problem[];
}

export interface PatchFile {
  /** Input lines without line endings. */
  readonly lines: readonly string[];
  readonly eol: '\n' | '\r\n';
  readonly messages: readonly Message[];
  /** Problems that belong to no message. */
  readonly problems: readonly Problem[];
}

/**
 * One image (pre or post) of what the hunks of one file show, as one text. Hunks are separated by newlines
 * only; every offset of the text leads back to the input.
 */
export interface Image {
  /** Which image: kernel lines are counted in that file. */
  readonly side: 'old' | 'new';
  readonly text: string;
  readonly segments: readonly ImageSegment[];
}

/** The lines of one hunk inside an image. */
export interface ImageSegment {
  readonly hunk: Hunk;
  /** Offset of the segment's first character in `Image.text`, and the offset after its last newline. */
  readonly start: number;
  readonly end: number;
  /** The hunk lines of this image, in order, each with the offset where its text begins. */
  readonly lines: readonly { readonly line: HunkLine; readonly start: number }[];
}

/** A range of the input: 0-based lines, 0-based UTF-16 columns, end exclusive. */
export interface InputRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}
