import type { Position, Range } from 'vscode-languageserver-protocol';
import type { Place } from '../review/report.ts';

/** Report places are 1-based, the protocol's are 0-based; both count UTF-16 units and exclude the end. */
export const toRange = (place: Omit<Place, 'file'>): Range => ({
  start: { line: Math.max(0, place.line - 1), character: Math.max(0, place.column - 1) },
  end: { line: Math.max(0, place.endLine - 1), character: Math.max(0, place.endColumn - 1) },
});

/** The whole of a 0-based line; clients cut the end to the line's length. */
export const wholeLine = (line: number): Range => ({
  start: { line: Math.max(0, line), character: 0 },
  end: { line: Math.max(0, line), character: 10_000 },
});

/** Whether a position lies in a place, its end included (a cursor behind the last letter still means the word). */
export function isAt(place: Omit<Place, 'file'>, { line, character }: Position): boolean {
  const { start, end } = toRange(place);
  if (line < start.line || line > end.line) return false;
  return (line > start.line || character >= start.character) && (line < end.line || character <= end.character);
}

/** Whether a place reaches into [range.start.line, range.end.line]. */
export const touches = (place: Omit<Place, 'file'>, range: Range): boolean =>
  place.line - 1 <= range.end.line && place.endLine - 1 >= range.start.line;
