/** What can be taken away: the picture as one SVG, and picture with words as one HTML file. Colours are written out, no theme is needed. */
import type { ShowReplay } from '../src/replay-messages.ts';

const KEPT = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'paint-order',
  'opacity',
  'fill-opacity',
  'font-size',
  'font-weight',
  'font-family',
];
const PADDING = 16;
const HEAD = 64;

/** The drawings inside `root`, each at its place on the page, as one document; `description` is its text equivalent. */
export function pictureAsSvg(root: Element | null, show: ShowReplay, description: string): string {
  const page = document.implementation.createDocument('http://www.w3.org/2000/svg', 'svg', null);
  const out = page.documentElement;
  if (root === null) return '';
  const box = around([...root.querySelectorAll('.picture')]);
  const width = Math.ceil(box.width) + 2 * PADDING;
  let height = HEAD;
  const add = (parent: Element, name: string, attributes: Record<string, string>, text?: string): Element => {
    const element = page.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.appendChild(element);
    return element;
  };
  const style = getComputedStyle(document.body);
  add(out, 'title', {}, show.replay.scenario.call);
  add(out, 'desc', {}, description);
  const background = add(out, 'rect', { width: '100%', height: '100%', fill: opaque(style.backgroundColor) });
  const text = { fill: style.color, 'font-family': style.fontFamily };
  add(
    out,
    'text',
    { x: `${PADDING}`, y: '24', 'font-size': '13', ...text },
    `${show.replay.scenario.call} · ${show.variant}`,
  );
  add(
    out,
    'text',
    { x: `${PADDING}`, y: '46', 'font-size': '14', 'font-weight': 'bold', ...text },
    show.replay.verdict.sentence,
  );
  for (const defs of document.querySelectorAll('svg.defs defs')) out.insertBefore(withStyles(defs, page), background);

  const draw = (svg: Element, x: number, y: number): void => {
    const group = add(out, 'g', { transform: `translate(${x} ${y})` });
    for (const child of svg.children) group.appendChild(withStyles(child, page));
    height = Math.max(height, y + svg.getBoundingClientRect().height);
  };
  const say = (label: Element, x: number, y: number): void => {
    const own = getComputedStyle(label);
    const fonts = { 'font-size': own.fontSize, 'font-weight': own.fontWeight, 'font-family': own.fontFamily };
    add(out, 'text', { x: `${x}`, y: `${y}`, fill: own.color, ...fonts }, label.textContent ?? '');
    height = Math.max(height, y);
  };
  for (const svg of root.querySelectorAll('.picture svg:not(.icon)')) {
    const at = svg.getBoundingClientRect();
    draw(svg, at.left - box.left + PADDING, at.top - box.top + HEAD);
  }
  for (const label of root.querySelectorAll(
    '.lane-name, .lane-status, .follower, .ruler-labels span, .overview-name',
  )) {
    const at = label.getBoundingClientRect();
    say(label, at.left - box.left + PADDING, at.top - box.top + HEAD + at.height / 2 + 4);
  }
  // The legend stands right under the lanes, wherever the page has it.
  const below = height + PADDING;
  let x = PADDING;
  for (const entry of root.querySelectorAll('.legend li')) {
    const svg = entry.querySelector('svg');
    if (svg !== null) draw(svg, x, below);
    say(entry, x + 32, below + 11);
    x += entry.getBoundingClientRect().width + 18;
  }
  out.setAttribute('width', `${width}`);
  out.setAttribute('height', `${Math.ceil(height) + PADDING}`);
  out.setAttribute('viewBox', `0 0 ${width} ${Math.ceil(height) + PADDING}`);
  return new XMLSerializer().serializeToString(page);
}

function around(elements: readonly Element[]): { left: number; top: number; width: number } {
  const boxes = elements.map((element) => element.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  return { left, top, width: Math.max(...boxes.map((box) => box.right)) - left };
}

/** VS Code's webview body may be transparent over the editor. */
const opaque = (color: string): string => (color === 'rgba(0, 0, 0, 0)' || color === 'transparent' ? '#ffffff' : color);

function withStyles(source: Element, page: Document): Element {
  const copy = page.importNode(source, true) as Element;
  const from = [source, ...source.querySelectorAll('*')];
  const to = [copy, ...copy.querySelectorAll('*')];
  from.forEach((element, index) => {
    const target = to[index];
    if (target === undefined) return;
    const style = getComputedStyle(element);
    for (const name of KEPT) {
      const value = style.getPropertyValue(name);
      if (value !== '' && !(name === 'fill' && target.getAttribute('fill')?.startsWith('url(') === true))
        target.setAttribute(name, value);
    }
    target.removeAttribute('class');
    target.removeAttribute('style');
  });
  return copy;
}

/** One file without script: sentence, picture, and everything as text. */
export function pageAsHtml(show: ShowReplay, root: Element | null, text: string): string {
  const escaped = (value: string): string =>
    value.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`,
    `<title>${escaped(show.replay.scenario.call)}</title>`,
    `<h1>${escaped(show.replay.verdict.sentence)}</h1>`,
    pictureAsSvg(root, show, text),
    `<pre>${escaped(text)}</pre>`,
    '</html>',
    '',
  ].join('\n');
}

const TYPES = { svg: 'image/svg+xml', html: 'text/html', text: 'text/plain' } as const;

/** Outside VS Code the browser saves. */
export function download(format: keyof typeof TYPES, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: TYPES[format] }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `replay.${format === 'text' ? 'txt' : format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
