/** Message ids as links to the kernel's list archive; a `Link:` or a URL in the text the editor finds by itself. */
import type { DocumentLink } from 'vscode-languageserver-protocol';
import type { PatchFile } from '../patch/model.ts';

const FIELD = /^(message-id|in-reply-to|references):/i;
const ID = /<([^<>\s]+@[^<>\s]+)>/g;

/** Links of the header fields that carry message ids, their continuation lines included. */
export function linksOf({ messages, lines }: PatchFile): DocumentLink[] {
  return messages.flatMap((message) => {
    const links: DocumentLink[] = [];
    let inField = false;
    const last = message.files[0]?.line ?? message.endLine;
    for (let line = message.line; line < last && lines[line] !== ''; line += 1) {
      const text = lines[line] ?? '';
      inField = /^\s/.test(text) ? inField : FIELD.test(text);
      if (!inField) continue;
      for (const match of text.matchAll(ID)) {
        const id = match[1] ?? '';
        links.push({
          range: { start: { line, character: match.index + 1 }, end: { line, character: match.index + 1 + id.length } },
          target: archiveOf(id),
          tooltip: 'Open in the list archive',
        });
      }
    }
    return links;
  });
}

/** The page that lore keeps for a message id. A slash would end the path, all else is escaped as a URL asks. */
const archiveOf = (id: string): string => `https://lore.kernel.org/r/${encodeURIComponent(id).replaceAll('%40', '@')}`;
