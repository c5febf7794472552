/** The strip that shows the whole direct mapping: linear over RAM, and the empty rest behind a fold where it would dwarf RAM. */
import type { Interest } from './interest.ts';
import type { Stretch } from './pages.ts';

export interface Overview {
  readonly width: number;
  /** Where RAM ends on the strip; equal to `width` when the whole mapping is drawn linearly. */
  readonly ramX: number;
  toX(page: number): number;
  toPage(x: number): number;
  /** Hot places, at least `least` wide, joined where they would touch. */
  places(least: number): readonly { readonly x: number; readonly width: number }[];
}

export function createOverview(interest: Interest, width: number): Overview {
  const { total } = interest;
  const last = Math.max(interest.ram, ...interest.hot.map((stretch) => stretch.end));
  const folded = last * 4 < total;
  const border = folded ? last : total;
  const ramX = folded ? width * 0.82 : width;
  const toX = (page: number): number =>
    page <= border ? (ramX * page) / border : ramX + ((width - ramX) * (page - border)) / Math.max(1, total - border);
  return {
    width,
    ramX,
    toX,
    toPage: (x) =>
      Math.round(
        x <= ramX
          ? (Math.max(0, x) * border) / ramX
          : border + ((Math.min(x, width) - ramX) * (total - border)) / (width - ramX),
      ),
    places: (least) => {
      const found: { x: number; width: number }[] = [];
      for (const place of interest.hot.map((stretch: Stretch) => ({ x: toX(stretch.start), end: toX(stretch.end) }))) {
        const end = Math.max(place.end, place.x + least);
        const before = found[found.length - 1];
        if (before !== undefined && place.x <= before.x + before.width + 1)
          before.width = Math.max(before.width, end - before.x);
        else found.push({ x: place.x, width: end - place.x });
      }
      return found;
    },
  };
}
