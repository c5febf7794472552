/** Numbers as people of the field read them. */

/** A set of KeyIDs in words: 'KeyID 1', 'KeyIDs 1-3', 'KeyIDs 1, 3-5'; '' for none. */
export function keyIds(ids: Iterable<number>): string {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const id of sorted) {
    const last = runs.at(-1);
    if (last && last[1] === id - 1) last[1] = id;
    else runs.push([id, id]);
  }
  const words = runs.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
  if (sorted.length === 0) return '';
  return `${sorted.length === 1 ? 'KeyID' : 'KeyIDs'} ${words}`;
}

/** '1 error', '2 errors'. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
