/** A list that the Tab key stops at once; in it the arrow keys move up and down. */
export function moveBetween(event: KeyboardEvent, selector: string): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (by === 0 || !(event.currentTarget instanceof Element)) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
  const at = items.findIndex((item) => item.matches(':focus'));
  items[at + by]?.focus();
}
