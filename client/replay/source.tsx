/** The evaluated lines, the values they set behind them, in step with the timeline. */
import { memo } from 'preact/compat';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { ReplaySourceLine } from '../../engine/src/replay.ts';
import { moveBetween } from './arrows.ts';
import type { Run } from './run.ts';

type Values = ReturnType<Run['source']['valuesAt']>;

interface Props {
  readonly run: Run;
  readonly position: number;
  readonly onGo: (position: number) => void;
  readonly onReveal: (patchLine: number) => void;
}

const SIGN: Record<ReplaySourceLine['kind'], string> = { context: ' ', added: '+', removed: '-', gap: '' };

export function Source({ run, position, onGo, onReveal }: Props) {
  const { replay, source } = run;
  const current = source.lineAt(position);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const column = list.current?.parentElement;
    if (column == null) return;
    const center = (): void => {
      // Not scrollIntoView(): where the page itself scrolls, it would jump there.
      const line = list.current?.querySelector<HTMLElement>('[aria-current]');
      if (line == null) return;
      const top = line.getBoundingClientRect().top - column.getBoundingClientRect().top;
      const { clientHeight } = column;
      if (top < clientHeight / 6 || top + line.offsetHeight > (clientHeight * 5) / 6)
        column.scrollTop += top - clientHeight / 2;
    };
    center();
    // The column gets its height from what is beside or above it.
    const observer = new ResizeObserver(center);
    observer.observe(column);
    return () => observer.disconnect();
  }, [current]);
  const choose = useCallback(
    (index: number): void => {
      const first = source.firstPosition(index);
      const patchLine = replay.source[index]?.patchLine ?? null;
      if (first !== null) onGo(first);
      if (patchLine !== null) onReveal(patchLine);
    },
    [replay, source, onGo, onReveal],
  );
  if (replay.source.length === 0)
    return <aside class="source empty">No line of the patch runs here: all of it is the kernel's own flow.</aside>;
  const firstLine = replay.source.findIndex(({ kind }) => kind !== 'gap');
  let where = '';
  return (
    <aside class="source" aria-label="Evaluated lines of the patch">
      <ol ref={list} onKeyDown={(event) => moveBetween(event, '.line')}>
        {replay.source.map((line, index) => {
          const here = `${line.path} ${line.function}`;
          const heading = here === where ? null : line;
          where = here;
          return (
            // biome keeps positions: the list never changes within a run
            <li key={`${index}`}>
              {heading !== null && (
                <p class="where">
                  <span class="path">{heading.path}</span> {heading.function}()
                </p>
              )}
              {line.kind === 'gap' ? (
                <span class="gap">
                  <span class="hidden">lines not shown</span>⋯
                </span>
              ) : (
                <Line
                  line={line}
                  index={index}
                  reached={source.firstPosition(index) !== null}
                  isCurrent={index === current}
                  isStop={index === (current ?? firstLine)}
                  values={source.valuesAt(index, position)}
                  onChoose={choose}
                />
              )}
            </li>
          );
        })}
      </ol>
    </aside>
  );
}

interface LineProps {
  readonly line: ReplaySourceLine;
  readonly index: number;
  readonly reached: boolean;
  readonly isCurrent: boolean;
  /** The one line that the Tab key stops at. */
  readonly isStop: boolean;
  readonly values: Values;
  readonly onChoose: (index: number) => void;
}

/** Of hundreds of lines a step concerns two. */
const Line = memo(
  function Line({ line, index, reached, isCurrent, isStop, values, onChoose }: LineProps) {
    return (
      <button
        type="button"
        class={`line ${line.kind}${reached ? '' : ' idle'}`}
        tabIndex={isStop ? 0 : -1}
        aria-current={isCurrent ? 'step' : undefined}
        title={reached ? 'Go to its first event' : 'Never reached in this run'}
        onClick={() => onChoose(index)}
      >
        <span class="number">{line.kernelLine ?? ''}</span>
        <span class="sign">{SIGN[line.kind]}</span>
        <span class="text">{dedent(line.text)}</span>
        {values.length > 0 && (
          <span class="values">
            {values.map(({ name, value }) => (
              <span key={name} class="value">
                {name} = {value}
              </span>
            ))}
          </span>
        )}
      </button>
    );
  },
  (before, after) =>
    before.line === after.line &&
    before.isCurrent === after.isCurrent &&
    before.isStop === after.isStop &&
    before.onChoose === after.onChoose &&
    sameValues(before.values, after.values),
);

const sameValues = (a: Values, b: Values): boolean =>
  a.length === b.length && a.every(({ name, value }, index) => b[index]?.name === name && b[index]?.value === value);

/** A tab is two columns here: the column is narrow, and depth is still seen. */
const dedent = (text: string): string => text.replace(/^\t+/, (tabs) => '  '.repeat(tabs.length)).replaceAll('\t', ' ');
