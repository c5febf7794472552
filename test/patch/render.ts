/** A PatchFile as text, for tables of cases: one line for each thing, line numbers 1-based as a person counts. */
import type { FileDiff, HunkLine, Message, PatchFile } from '../../server/src/patch/model.ts';

const MARKER = { context: ' ', added: '+', removed: '-' } as const;

export function render(patch: PatchFile): string {
  return [...patch.problems.map(problem('! ')), ...patch.messages.flatMap(renderMessage)].join('\n');
}

const problem = (prefix: string) => (p: { line: number; message: string }) => `${prefix}${p.line + 1}: ${p.message}`;

function renderMessage(message: Message): string[] {
  const series = message.series ? ` v${message.series.version} ${message.series.index}/${message.series.total}` : '';
  const facts = [message.subject, message.author, message.date, message.messageId].filter((fact) => fact !== null);
  return [
    `${message.kind} ${message.line + 1}-${message.endLine}${series} ${facts.join(' | ')}`.trimEnd(),
    ...message.files.flatMap(renderFile),
    ...message.problems.map(problem('  ! ')),
  ];
}

function renderFile(file: FileDiff): string[] {
  const paths = file.oldPath === file.newPath ? file.newPath : `${file.oldPath} => ${file.newPath}`;
  return [
    `  ${file.line + 1}: ${paths}${file.binary ? ' (binary)' : ''}`,
    ...file.hunks.flatMap((hunk) => [
      `    ${hunk.line + 1}: -${hunk.oldStart},${hunk.oldCount} +${hunk.newStart},${hunk.newCount} ${hunk.heading}`.trimEnd(),
      ...hunk.lines.map(renderLine),
    ]),
  ];
}

function renderLine(line: HunkLine): string {
  const numbers = `${line.oldLine ?? ''}:${line.newLine ?? ''}`;
  return `      ${line.line + 1}.${line.column}${line.decoded ? '~' : ''} ${numbers} ${MARKER[line.kind]}${line.text}`;
}
