/** Keys of the whole page; a control that uses a key itself keeps it. */

export type Command =
  | 'play'
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'zoom-in'
  | 'zoom-out'
  | 'fit'
  | 'entry-next'
  | 'entry-previous';

const keys: Readonly<Record<string, Command>> = {
  ' ': 'play',
  ArrowRight: 'next',
  ArrowLeft: 'previous',
  Home: 'first',
  End: 'last',
  '+': 'zoom-in',
  '=': 'zoom-in',
  '-': 'zoom-out',
  '0': 'fit',
  'Shift+ArrowRight': 'entry-next',
  'Shift+ArrowLeft': 'entry-previous',
};

export const KEYS_HELP =
  'Space plays, arrows step, Home and End jump, + and - zoom, 0 shows all, Shift with arrows moves the entry';

export function commandOf(event: KeyboardEvent): Command | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('select, textarea, input') != null && event.key !== ' ') return null;
  if (target?.closest('select') != null) return null;
  // Space on a button presses it.
  if (event.key === ' ' && target?.closest('button, summary, a') != null) return null;
  if (target?.closest('[data-own-arrows]') != null && event.key.startsWith('Arrow')) return null;
  const shift = event.shiftKey && event.key.startsWith('Arrow') ? 'Shift+' : '';
  return keys[`${shift}${event.key}`] ?? null;
}
