/** `npm run bench faults`: how many seeded faults the review finds, and what it says of good hooks. */
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { figuresOf, figuresText } from '../seeded/figures.ts';
import { HOOKS } from '../seeded/hooks/index.ts';

const began = performance.now();
const figures = figuresOf(HOOKS, await loadParser());
console.log(figuresText(figures));
console.log(`${((performance.now() - began) / 1000).toFixed(1)} s`);
