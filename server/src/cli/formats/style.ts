import picocolors from 'picocolors';

/** Functions that colour a piece of text, or leave it. */
export type Style = Pick<
  ReturnType<typeof picocolors.createColors>,
  'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'blue' | 'cyan'
>;

/** Colours when asked for; `auto` follows the terminal and NO_COLOR (https://no-color.org: any non-empty value). */
export function styleOf(
  color: 'auto' | 'always' | 'never',
  { isTerminal, env }: { readonly isTerminal: boolean; readonly env: Readonly<Record<string, string | undefined>> },
): Style {
  const plain = Boolean(env.NO_COLOR) || env.TERM === 'dumb' || !isTerminal;
  return picocolors.createColors(color === 'always' || (color === 'auto' && !plain));
}
