/** Signs and their words; shape first, colour second. */
import type { Look } from '../../engine/src/picture/cells.ts';

const entries: readonly (readonly [Look | 'synced', string])[] = [
  ['changed', 'changed'],
  ['synced', 'synced'],
  ['hole', 'hole'],
  ['stale', 'stale'],
  ['extra', 'extra'],
  ['swept', 'swept, not needed'],
];

export function Legend() {
  return (
    <ul class="legend" aria-label="Legend">
      {entries.map(([look, words]) => (
        <li key={look}>
          <svg width="26" height="14" aria-hidden="true">
            {look === 'synced' ? (
              <path class="synced" d="M1 5V9M1 7H25M25 5V9" />
            ) : (
              <>
                <rect class={`cell ${look}`} x="0.5" y="0.5" width="25" height="13" />
                <rect class="texture" x="0.5" y="0.5" width="25" height="13" fill={`url(#look-${look})`} />
              </>
            )}
          </svg>
          {words}
        </li>
      ))}
    </ul>
  );
}
