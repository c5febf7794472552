/** Which run this is, which others there are, and what can be taken away. */
import type { ReplayVariant, ShowReplay } from '../src/replay-messages.ts';
import type { Host } from './host.ts';

interface Props {
  readonly show: ShowReplay;
  readonly host: Host;
  readonly onCopy: () => void;
  readonly onSave: (format: 'svg' | 'html' | 'text') => void;
}

const VARIANTS: readonly ReplayVariant[] = ['patched', 'unpatched'];

export function Header({ show, host, onCopy, onSave }: Props) {
  const { replay, compare, scenarios, selected, variant } = show;
  return (
    <header class="header">
      <div class="what">
        <h1>
          <code>{replay.scenario.call}</code>
        </h1>
        <p class="title">{replay.scenario.title}</p>
      </div>
      <div class="controls">
        {scenarios.length > 0 && (
          <select
            aria-label="Scenario"
            value={selected}
            onChange={(event) => host.post({ type: 'select-scenario', id: event.currentTarget.value })}
          >
            {!scenarios.some((scenario) => scenario.id === selected) && <option value={selected}>{selected}</option>}
            {scenarios.map((scenario) => (
              <option key={scenario.id} value={scenario.id} title={scenario.sentence}>
                {`${scenario.ok ? '✓' : '✗'} ${scenario.id}`}
              </option>
            ))}
          </select>
        )}
        <fieldset class="segments" aria-label="Variant">
          {VARIANTS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={variant === each}
              onClick={() => host.post({ type: 'select-variant', variant: each })}
            >
              {each}
            </button>
          ))}
        </fieldset>
        <ComparePicker show={show} host={host} />
        <span class="group">
          <button type="button" onClick={onCopy} title="Copy the whole state as text">
            Copy
          </button>
          <button type="button" onClick={() => onSave('svg')} title="Save the picture as SVG">
            SVG
          </button>
          {host.kind === 'vscode' && (
            <button type="button" onClick={() => onSave('html')} title="Save picture and text as one HTML file">
              HTML
            </button>
          )}
        </span>
      </div>
      {compare !== undefined && <span class="hidden">Two runs side by side</span>}
    </header>
  );
}

/** Beside this run: the other variant of it, or another scenario. */
function ComparePicker({ show, host }: { show: ShowReplay; host: Host }) {
  const { compare, scenarios, selected, variant } = show;
  const opposite: ReplayVariant = variant === 'patched' ? 'unpatched' : 'patched';
  const value =
    compare === undefined ? '' : compare.scenario.id === selected ? 'variant' : `scenario ${compare.scenario.id}`;
  const choose = (wanted: string): void => {
    if (wanted === '') host.post({ type: 'compare', id: null });
    else if (wanted === 'variant') host.post({ type: 'compare', id: selected, variant: opposite });
    else host.post({ type: 'compare', id: wanted.slice('scenario '.length), variant });
  };
  return (
    <select aria-label="Compare with" value={value} onChange={(event) => choose(event.currentTarget.value)}>
      <option value="">compare…</option>
      <option value="variant">{`with ${opposite}`}</option>
      {scenarios
        .filter((scenario) => scenario.id !== selected)
        .map((scenario) => (
          <option key={scenario.id} value={`scenario ${scenario.id}`}>
            {`with ${scenario.id}`}
          </option>
        ))}
    </select>
  );
}
