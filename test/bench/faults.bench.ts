/** `npm run bench faults`: how many seeded faults the review finds, and what it says of good hooks. */
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { figuresOf, figuresText } from '../seeded/figures.ts';
import { HOOKS } from '../seeded/hooks/index.ts';

const parser = await loadParser();
for (const context of [3, 2, 1]) {
  const began = performance.now();
  console.log(`-U${context}: ${figuresText(figuresOf(HOOKS, parser, context))}`);
  console.log(`${((performance.now() - began) / 1000).toFixed(1)} s`);
}
