/** Signs of the controls, drawn: fonts differ in which of them they have. */
const SHAPES = {
  first: 'M2 2V12H4V2ZM12 2L5 7L12 12Z',
  back: 'M9.5 2L5 7L9.5 12V9.2L7.5 7L9.5 4.8Z',
  play: 'M3 2L12 7L3 12Z',
  pause: 'M3 2H6V12H3ZM8 2H11V12H8Z',
  next: 'M4.5 2L9 7L4.5 12V9.2L6.5 7L4.5 4.8Z',
  last: 'M10 2V12H12V2ZM2 2L9 7L2 12Z',
  fit: 'M2 2H6V3.5H3.5V6H2ZM8 2H12V6H10.5V3.5H8ZM2 8H3.5V10.5H6V12H2ZM10.5 8H12V12H8V10.5H10.5Z',
} as const;

export function Icon({ name }: { name: keyof typeof SHAPES }) {
  return (
    <svg class="icon" width="14" height="14" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}
