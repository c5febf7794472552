import { printable } from '../../show/lines.ts';
import { patchesIn, type Reviewed } from '../reviewed.ts';

/** `--format terse`: `patchfile:line: LEVEL:SLUG: message`, the shape that users of checkpatch's --terse --show-types parse. */
export function terse(all: readonly Reviewed[]): string {
  return patchesIn(all)
    .flatMap(({ patch }) => patch.findings)
    .map(({ file, line, severity, rule, message }) =>
      printable(`${file}:${line}: ${severity.toUpperCase()}:${rule}: ${message.replaceAll('\n', ' ')}`),
    )
    .map((line) => `${line}\n`)
    .join('');
}
