import type { SyncConvention } from '../review/report.ts';

const ARGUMENTS = ['start-end', 'start-size', 'start-pages', 'pfn-pages', 'none'] as const;

/**
 * Reads `name[:arguments[:inclusive|exclusive]]`, the form in which the command line and the settings name a sync function
 * ('my_sync:start-size'). A string result says what is wrong and what is expected.
 */
export function parseSync(text: string): SyncConvention | string {
  const [name = '', convention = 'start-end', end = 'exclusive', ...rest] = text.split(':');
  if (!/^[A-Za-z_]\w*$/.test(name)) return 'not the name of a C function; use name[:start-end[:inclusive]]';
  const args = ARGUMENTS.find((known) => known === convention);
  if (args === undefined) return `${convention} is no range convention; use ${ARGUMENTS.join(', ')}`;
  if ((end !== 'inclusive' && end !== 'exclusive') || rest.length > 0)
    return `${[end, ...rest].join(':')} is not known here; use inclusive or exclusive`;
  return { name, arguments: args, end };
}
