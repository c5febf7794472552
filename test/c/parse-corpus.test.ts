/** The real mails at hand, where they are: every C hunk of them is read whole. They stay outside the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { parseSource } from '../../server/src/c/parse/source.ts';
import { type imageOf, printFunction } from './parse-print.ts';

const corpus = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));
const parser = await loadParser();

type Image = ReturnType<typeof imageOf>;

/** The images of all C files of a mail, read crudely: the patch reader proper has its own tests. */
function images(mail: string, side: 'pre' | 'post'): Map<string, Image> {
  const files = new Map<string, Image>();
  const lines = readFileSync(corpus + mail, 'utf8').split('\n');
  const drop = side === 'pre' ? '+' : '-';
  let path = '';
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.startsWith('+++ b/')) path = line.slice(6);
    const header = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@ ?(.*)$/.exec(line);
    if (!header || !/\.[ch]$/.test(path)) continue;
    const file = files.get(path) ?? { text: '', segments: [] };
    const start = file.text.length;
    let [old, now] = [Number(header[1] ?? 1), Number(header[2] ?? 1)];
    while ((old > 0 || now > 0) && at + 1 < lines.length) {
      const next = lines[++at] ?? '';
      if (next[0] !== '+') old--;
      if (next[0] !== '-') now--;
      if (next[0] !== drop) file.text += `${next.slice(1)}\n`;
    }
    file.segments.push({ start, end: file.text.length, heading: header[3] || null });
    file.text += '\n';
    files.set(path, file);
  }
  return files;
}

/** Functions of each file of the post-image as `name` or `name*` (not whole), in order. */
const check = (mail: string, expected: Record<string, string>): void =>
  it(mail, () => {
    for (const [path, names] of Object.entries(expected)) {
      const image = images(mail, 'post').get(path);
      const file = parseSource(parser, image?.text ?? '', image?.segments ?? []);
      expect(file.functions.map((f) => `${f.name}${f.whole ? '' : '*'}`).join(' ')).toBe(names);
      expect(file.unread.map(({ start, end }) => image?.text.slice(start, end))).toEqual([]);
    }
  });

if (!existsSync(corpus)) {
  it('is not there: ../shared/corpus is absent, so no real mail was parsed', () => {
    console.warn('test/c: ../shared/corpus is absent, no real mail was parsed');
  });
} else {
  describe('real mails', () => {
    check('2019-06-17-pageattr-hook.txt', {
      'arch/x86/include/asm/mktme.h': 'arch_free_page* mktme_disable sync_direct_mapping',
      'arch/x86/mm/init_64.c': '__kernel_physical_mapping_init* kernel_physical_mapping_remove* mark_rodata_ro*',
      'arch/x86/mm/mktme.c':
        'init_page_mktme* sync_direct_mapping_p4d* sync_direct_mapping_keyid* sync_direct_mapping*',
      'arch/x86/mm/pageattr.c': 'cpa_flush*',
    });
    check('2019-05-08-rfc-18-of-62.eml', {
      'arch/x86/include/asm/mktme.h': 'arch_free_page* mktme_disable sync_direct_mapping',
      'arch/x86/mm/init_64.c':
        'kernel_physical_mapping_init* kernel_physical_mapping_remove arch_remove_memory* mark_rodata_ro*',
      'arch/x86/mm/mktme.c':
        'init_page_mktme free_encrypted_page* sync_direct_mapping_pte sync_direct_mapping_pmd sync_direct_mapping_pud sync_direct_mapping_p4d sync_direct_mapping_keyid sync_direct_mapping',
    });
    it('a hunk of cpa_flush keeps its order', () => {
      const image = images('2019-06-17-pageattr-hook.txt', 'post').get('arch/x86/mm/pageattr.c');
      const [flush] = parseSource(parser, image?.text ?? '', image?.segments ?? []).functions;
      expect(flush && printFunction(flush)).toMatch(
        /^static void cpa_flush\(struct cpa_data\* data, s32 cache\)\n {2}BUG_ON\(/,
      );
      expect(flush && printFunction(flush)).toMatch(
        /sync_direct_mapping\(start, end\); return; } if .*{<after> cpa_flush_all\(cache\); return; }$/,
      );
    });
    it('the whole series: hardly anything of it stays unread, at about a millisecond a hunk', () => {
      let [hunks, unread, size, time] = [0, 0, 0, 0];
      const lost: string[] = [];
      for (const side of ['pre', 'post'] as const)
        for (const [path, image] of images('2019-05-08-rfc-series.mbox', side)) {
          const begin = performance.now();
          const file = parseSource(parser, image.text, image.segments);
          time += performance.now() - begin;
          hunks += image.segments.length;
          size += image.text.length;
          for (const { start, end } of file.unread) {
            unread += end - start;
            lost.push(`${path}: ${image.text.slice(start, end)}`);
          }
        }
      expect(hunks).toBeGreaterThan(300);
      expect(unread / size, lost.join('\n')).toBeLessThan(0.02);
      // Ten times what it takes, for slow machines.
      expect(time / hunks).toBeLessThan(10);
    });
  });
}
