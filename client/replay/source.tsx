/** The evaluated lines, the values they set behind them, in step with the timeline. */
import { useEffect, useRef } from 'preact/hooks';
import type { ReplaySourceLine } from '../../engine/src/replay.ts';
import type { Run } from './run.ts';

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
  if (replay.source.length === 0)
    return <aside class="source empty">No line of the patch runs here: all of it is the kernel's own flow.</aside>;
  const choose = (index: number): void => {
    const line = replay.source[index];
    const first = source.firstPosition(index);
    if (first !== null) onGo(first);
    if (line?.patchLine != null) onReveal(line.patchLine);
  };
  let where = '';
  return (
    <aside class="source" aria-label="Evaluated lines of the patch">
      <ol ref={list}>
        {replay.source.map((line, index) => {
          const here = `${line.path} ${line.function}`;
          const heading = here === where ? null : line;
          where = here;
          return (
            // biome keeps positions: the list never changes within a run
            <li key={`${index}`}>
              {heading !== null && (
                <p class="where">
                  <span class="path">{heading.path}</span> {heading.function}
                </p>
              )}
              {line.kind === 'gap' ? (
                <span class="gap">
                  <span class="hidden">lines not shown</span>⋯
                </span>
              ) : (
                <button
                  type="button"
                  class={`line ${line.kind}${source.firstPosition(index) === null ? ' idle' : ''}`}
                  aria-current={index === current ? 'step' : undefined}
                  title={source.firstPosition(index) === null ? 'Never reached in this run' : 'Go to its first event'}
                  onClick={() => choose(index)}
                >
                  <span class="number">{line.kernelLine ?? ''}</span>
                  <span class="sign">{SIGN[line.kind]}</span>
                  <span class="text">{dedent(line.text)}</span>
                  <Values values={source.valuesAt(index, position)} />
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </aside>
  );
}

function Values({ values }: { values: readonly { readonly name: string; readonly value: string }[] }) {
  if (values.length === 0) return null;
  return (
    <span class="values">
      {values.map((value) => (
        <span key={value.name} class="value">
          {value.name} = {value.value}
        </span>
      ))}
    </span>
  );
}

/** A tab is two columns here: the column is narrow, and depth is still seen. */
const dedent = (text: string): string => text.replace(/^\t+/, (tabs) => '  '.repeat(tabs.length)).replaceAll('\t', ' ');
