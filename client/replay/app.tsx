/** The page: what the host showed last, or why there is nothing. */
import { useEffect, useState } from 'preact/hooks';
import type { HostToPage, ShowReplay } from '../src/replay-messages.ts';
import type { Host } from './host.ts';
import { Panel } from './panel.tsx';
import { PatternDefs } from './patterns.tsx';

export function App({ host }: { host: Host }) {
  const [message, setMessage] = useState<HostToPage | null>(null);
  useEffect(() => {
    host.listen(setMessage);
    host.post({ type: 'ready' });
  }, [host]);
  if (message === null) return <p class="nothing">Waiting for the run…</p>;
  if (message.type === 'nothing') return <p class="nothing">{message.reason}</p>;
  return (
    <>
      <PatternDefs />
      <Panel key={runKey(message)} show={message} runKey={runKey(message)} host={host} />
    </>
  );
}

const runKey = (show: ShowReplay): string =>
  [
    show.replay.scenario.id,
    show.replay.variant,
    show.replay.steps.length,
    show.compare?.scenario.id,
    show.compare?.variant,
    show.line,
  ].join(' ');
