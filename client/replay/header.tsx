/** Which run this is, which others there are, and what can be taken away. */
import { useEffect, useState } from 'preact/hooks';
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
  const { replay, compare, scenarios, selected, variant, patchedOnly } = show;
  const { call, title } = replay.scenario;
  return (
    <header class="header">
      <div class="what">
        <h1 title={call}>
          <code>{call}</code>
        </h1>
        {!call.includes(title) && <p class="title">{title}</p>}
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
              disabled={each === 'unpatched' && patchedOnly.includes(selected)}
              title={each === 'unpatched' ? 'The same call without the patch' : 'With the patch'}
              onClick={() => host.post({ type: 'select-variant', variant: each })}
            >
              {each}
            </button>
          ))}
        </fieldset>
        <ComparePicker show={show} host={host} />
        <span class="group">
          <CopyButton onCopy={onCopy} />
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

const NOTICED = 1500;

/** Says for a moment that it has done what nobody sees. */
function CopyButton({ onCopy }: { onCopy: () => void }) {
  const [copied, setCopied] = useState(0);
  useEffect(() => {
    if (copied === 0) return;
    const timer = setTimeout(() => setCopied(0), NOTICED);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    onCopy();
    setCopied(copied + 1);
  };
  return (
    <button type="button" class="copy" aria-live="polite" onClick={copy} title="Copy the whole state as text">
      {copied === 0 ? 'Copy' : 'Copied'}
    </button>
  );
}

/** Beside this run: the other variant of it, or another scenario. */
function ComparePicker({ show, host }: { show: ShowReplay; host: Host }) {
  const { compare, scenarios, selected, variant, patchedOnly } = show;
  const opposite: ReplayVariant = variant === 'patched' ? 'unpatched' : 'patched';
  const value =
    compare === undefined ? '' : compare.scenario.id === selected ? 'variant' : `scenario ${compare.scenario.id}`;
  const choose = (wanted: string): void => {
    if (wanted === '') host.post({ type: 'compare', id: null });
    else if (wanted === 'variant') host.post({ type: 'compare', id: selected, variant: opposite });
    else host.post({ type: 'compare', id: wanted.slice('scenario '.length), variant });
  };
  return (
    <select
      class="compare"
      aria-label="Compare with"
      value={value}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      <option value="">{compare === undefined ? 'compare…' : 'do not compare'}</option>
      {!patchedOnly.includes(selected) && <option value="variant">{`with ${opposite}`}</option>}
      {scenarios
        .filter(({ id }) => id !== selected && (variant === 'patched' || !patchedOnly.includes(id)))
        .map((scenario) => (
          <option key={scenario.id} value={`scenario ${scenario.id}`}>
            {`with ${scenario.id}`}
          </option>
        ))}
    </select>
  );
}
