// One line in the output for each patch that was opened, so that a reader sees what was done and how much was run.
import type { Overview } from '../../../server/src/lsp/protocol.ts';
import type { Context } from '../context.ts';

export function activate({ extension, reviews, server, log }: Context): void {
  const told = new Set<string>();
  extension.subscriptions.push(
    server.onState((state) => log.info(`The language server is ${state}`)),
    reviews.onChange((uri) => {
      const overview = reviews.of(uri);
      if (overview === undefined) told.delete(uri);
      else if (overview.state !== 'none' && !told.has(uri)) {
        told.add(uri);
        log.info(`${uri}: ${summary(overview)}`);
      }
    }),
  );
}

function summary({ patches, suppressed, reason }: Overview): string {
  if (reason !== undefined) return reason;
  const sum = (count: (patch: Overview['patches'][number]) => number) =>
    patches.reduce((total, patch) => total + count(patch), 0);
  const quiet = suppressed === 0 ? '' : `, ${suppressed} suppressed`;
  return `${sum(({ findings }) => findings.length)} found${quiet}, ${sum(({ runs }) => runs)} scenarios run`;
}
