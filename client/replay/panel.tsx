/** One run (or two beside each other): the choices of the user, and the parts that show them. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { alignPositions } from '../../engine/src/picture/align.ts';
import { interestOf } from '../../engine/src/picture/interest.ts';
import { canonicalStretch } from '../../engine/src/picture/pages.ts';
import { clampLens, homeLens, zoom } from '../../engine/src/picture/scale.ts';
import { madeBy } from '../../engine/src/picture/source.ts';
import { stateLines } from '../../engine/src/picture/terminal.ts';
import { foldedAtFirst, stepBy, timelineRows } from '../../engine/src/picture/timeline.ts';
import { copyText, stateSentence } from '../../engine/src/picture/words.ts';
import type { Replay } from '../../engine/src/replay.ts';
import type { ShowReplay } from '../src/replay-messages.ts';
import { Header } from './header.tsx';
import type { Host } from './host.ts';
import { type Command, commandOf } from './keyboard.ts';
import { Legend } from './legend.tsx';
import { Picture } from './picture.tsx';
import { usePlayer } from './player.ts';
import { prepareRun } from './run.ts';
import { pageAsHtml, pictureAsSvg } from './save.ts';
import { Source } from './source.tsx';
import { Timeline } from './timeline.tsx';
import { type Choice, restoredChoice } from './ui.ts';
import { Verdict } from './verdict.tsx';

export function Panel({ show, runKey, host }: { show: ShowReplay; runKey: string; host: Host }) {
  const { replay } = show;
  const run = useMemo(() => prepareRun(replay), [replay]);
  const other = useMemo(() => (show.compare === undefined ? null : prepareRun(show.compare)), [show.compare]);
  const aligned = useMemo(() => (other === null ? null : alignPositions(replay, other.replay)), [replay, other]);
  const interest = useMemo(() => interestOf(other === null ? [replay] : [replay, other.replay]), [replay, other]);
  const steps = replay.steps.length;

  const [choice, setChoice] = useState<Choice>(
    () =>
      restoredChoice(host.restore(), runKey, steps) ?? {
        run: runKey,
        position: startOf(show),
        lens: null,
        page: null,
        keyId: 0,
        folded: [...foldedAtFirst(replay.steps)],
      },
  );
  const set = useCallback((part: Partial<Choice>) => setChoice((before) => ({ ...before, ...part })), []);
  useEffect(() => {
    // While playing, the place is not worth a write per frame.
    const timer = setTimeout(() => host.keep(choice), 200);
    return () => clearTimeout(timer);
  }, [choice, host]);

  const rows = useMemo(() => timelineRows(replay.steps, new Set(choice.folded)), [replay, choice.folded]);
  const player = usePlayer(steps, choice.position, rows, (position) => set({ position }));
  const goTo = useCallback(
    (position: number) => {
      player.pause();
      set({ position: Math.max(0, Math.min(steps, position)) });
    },
    [player.pause, set, steps],
  );

  const lens = clampLens(choice.lens ?? homeLens(interest), interest.total);
  const page = choice.page ?? telling(replay) ?? interest.hot[0]?.start ?? 0;
  const state = run.stateAt(choice.position);
  const otherPosition = aligned?.[choice.position] ?? 0;
  const zoomBy = useCallback(
    (factor: number, center?: number) =>
      setChoice((before) => {
        const here = clampLens(before.lens ?? homeLens(interest), interest.total);
        const wanted = center ?? before.page ?? interest.hot[0]?.start ?? here.start;
        const inside = Math.max(here.start, Math.min(here.end - 1, wanted));
        return { ...before, lens: zoom(here, inside, factor, interest.total) };
      }),
    [interest],
  );

  const act = useRef<(command: Command) => void>(() => undefined);
  act.current = (command) => {
    switch (command) {
      case 'play':
        return player.toggle();
      case 'next':
        return goTo(stepBy(rows, choice.position, 1));
      case 'previous':
        return goTo(stepBy(rows, choice.position, -1));
      case 'first':
        return goTo(0);
      case 'last':
        return goTo(steps);
      case 'zoom-in':
        return zoomBy(3);
      case 'zoom-out':
        return zoomBy(1 / 3);
      case 'fit':
        return set({ lens: null });
      case 'entry-next':
        return set({ page: Math.min(interest.total - 1, page + 1) });
      case 'entry-previous':
        return set({ page: Math.max(0, page - 1) });
    }
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const command = commandOf(event);
      if (command === null) return;
      event.preventDefault();
      act.current(command);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  const select = useCallback(
    (at: number, keyId: number) => {
      player.pause();
      setChoice((before) => {
        const position = madeBy(replay, keyId, at, before.position) ?? before.position;
        return { ...before, page: at, keyId, position };
      });
    },
    [replay, player.pause],
  );
  const reveal = useCallback((patchLine: number) => host.post({ type: 'reveal-line', patchLine }), [host]);
  const inspect = useCallback((at: number, keyId: number) => set({ page: at, keyId }), [set]);

  const pictures = useRef<HTMLDivElement>(null);
  const save = (format: 'svg' | 'html' | 'text'): void => {
    const text = (): string => copyText(replay, state, stateLines(replay, state, 100));
    const content =
      format === 'text'
        ? text()
        : format === 'svg'
          ? pictureAsSvg(pictures.current, show, text())
          : pageAsHtml(show, pictures.current, text());
    host.post({ type: 'save', format, content });
  };

  const shared = {
    interest,
    lens,
    page,
    keyId: choice.keyId,
    onLens: (wanted: typeof lens) => set({ lens: wanted }),
    onZoom: zoomBy,
    onFit: () => set({ lens: null }),
  };
  return (
    <div class={other === null ? 'panel' : 'panel comparing'}>
      <Header
        show={show}
        host={host}
        onCopy={() => host.post({ type: 'copy-text', text: copyText(replay, state, stateLines(replay, state, 100)) })}
        onSave={save}
      />
      <main ref={pictures}>
        {other === null ? (
          <>
            <Verdict replay={replay} />
            <div class="columns">
              <Source run={run} position={choice.position} onGo={goTo} onReveal={reveal} />
              <Picture run={run} position={choice.position} onSelect={select} {...shared} />
            </div>
          </>
        ) : (
          <div class="columns two">
            <section aria-label={`${replay.scenario.title}, ${replay.variant}`}>
              <Verdict replay={replay} position={choice.position} />
              <Picture run={run} position={choice.position} onSelect={select} {...shared} />
            </section>
            <section aria-label={`${other.replay.scenario.title}, ${other.replay.variant}`}>
              <Verdict replay={other.replay} position={otherPosition} />
              <Picture run={other} position={otherPosition} onSelect={inspect} {...shared} />
            </section>
          </div>
        )}
        <Legend />
      </main>
      <Timeline
        replay={replay}
        rows={rows}
        position={choice.position}
        sentence={stateSentence(replay, state)}
        player={player}
        onGo={goTo}
        onStep={(by) => goTo(stepBy(rows, choice.position, by))}
        onFold={(index) =>
          set({
            folded: choice.folded.includes(index)
              ? choice.folded.filter((each) => each !== index)
              : [...choice.folded, index],
          })
        }
      />
    </div>
  );
}

/** The entry to look at first: one that is wrong in the end, else one that changed. */
function telling(replay: Replay): number | null {
  const mark =
    replay.marks.find(({ kind }) => kind === 'hole' || kind === 'stale' || kind === 'extra') ??
    replay.marks.find(({ kind }) => kind === 'changed');
  return mark === undefined ? null : (canonicalStretch(replay, [mark.start, mark.end])?.start ?? null);
}

/** The run opens at its end, where all can be seen; or at the fault that the reader asked about. */
function startOf({ replay: { steps, source }, line }: ShowReplay): number {
  const fault = steps.findIndex(
    ({ kind, source: at }) => kind === 'fault' && at !== null && source[at]?.patchLine === line,
  );
  return fault < 0 ? steps.length : fault + 1;
}
