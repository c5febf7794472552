/** The outline of a patch document: mail, file, hunk, function, site. Breadcrumbs come from it too. */
import { type DocumentSymbol, type Range, SymbolKind } from 'vscode-languageserver-protocol';
import type { FileDiff, Hunk, Message } from '../patch/model.ts';
import type { Site } from '../review/report.ts';
import type { ReviewedDocument } from './documents.ts';
import { toRange } from './positions.ts';

export function symbolsOf(document: ReviewedDocument): DocumentSymbol[] {
  const { messages, lines } = document.patchFile();
  const sites = document.report.patches.flatMap((patch) => patch.sites);
  const span = spanOf(lines);
  const files = (message: Message) =>
    message.files.map((file, at) => fileSymbol(file, endOf(message, at), sites, span, lines));
  // A bare diff is its files; a mail stands above them.
  return messages.flatMap((message) =>
    message.subject === null ? files(message) : [messageSymbol(message, files(message), span)],
  );
}

/** From the first line to the end of the last, both 0-based and inclusive. */
type Span = (first: number, last: number) => Range;

const spanOf =
  (lines: readonly string[]): Span =>
  (first, last) => ({
    start: { line: first, character: 0 },
    end: { line: Math.max(first, last), character: (lines[Math.max(first, last)] ?? '').length },
  });

function messageSymbol(message: Message, children: DocumentSymbol[], span: Span): DocumentSymbol {
  return {
    name: message.subject || '(no subject)',
    detail: message.author ?? '',
    kind: SymbolKind.Package,
    range: span(message.line, message.endLine - 1),
    selectionRange: span(message.line, message.line),
    children,
  };
}

/** 0-based last line of a message's file: the line before the next file, or its last hunk's last line. */
const endOf = (message: Message, at: number): number => {
  const next = message.files[at + 1];
  const hunk = message.files[at]?.hunks.at(-1);
  return next !== undefined ? next.line - 1 : ((hunk && lastLine(hunk)) ?? message.endLine - 1);
};

const lastLine = (hunk: Hunk): number => hunk.lines.at(-1)?.line ?? hunk.line;

function fileSymbol(
  file: FileDiff,
  end: number,
  sites: readonly Site[],
  span: Span,
  lines: readonly string[],
): DocumentSymbol {
  return {
    name: file.newPath ?? file.oldPath ?? '(no name)',
    detail: file.oldPath === null ? 'new' : file.newPath === null ? 'deleted' : '',
    kind: SymbolKind.File,
    range: span(file.line, end),
    selectionRange: span(file.line, file.line),
    children: file.hunks.map((hunk) => hunkSymbol(hunk, sites, span, lines)),
  };
}

function hunkSymbol(hunk: Hunk, all: readonly Site[], span: Span, lines: readonly string[]): DocumentSymbol {
  const sites = all.filter(({ line }) => line - 1 > hunk.line && line - 1 <= lastLine(hunk));
  const functions = [...new Set(sites.map((site) => site.function))];
  const range = span(hunk.line, lastLine(hunk));
  return {
    name: `@@ ${hunk.newStart}`,
    detail: hunk.heading,
    kind: SymbolKind.Namespace,
    range,
    selectionRange: span(hunk.line, hunk.line),
    children: functions.map((name) => {
      const own = sites.filter((site) => site.function === name);
      const first = Math.min(...own.map(({ line }) => line - 1));
      const last = Math.min(lastLine(hunk), Math.max(...own.map(({ endLine }) => endLine - 1)));
      return {
        name: `${name}()`,
        kind: SymbolKind.Function,
        range: span(first, last),
        selectionRange: span(first, first),
        children: own.map((site) => siteSymbol(site, lines)),
      };
    }),
  };
}

function siteSymbol(site: Site, lines: readonly string[]): DocumentSymbol {
  const range = toRange(site);
  const width = (lines[range.end.line] ?? '').length;
  const cut = { ...range, end: { ...range.end, character: Math.min(range.end.character, width) } };
  return {
    name: site.text.replaceAll(/\s+/g, ' ') || site.function,
    detail: site.kind,
    kind: SymbolKind.Event,
    range: cut,
    selectionRange: cut,
  };
}
