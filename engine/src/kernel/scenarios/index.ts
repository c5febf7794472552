/** The scenario catalogue: every way into the kernel that changes the direct mapping, as data. */
import type { Scenario } from '../scenario.ts';
import { aliases } from './aliases.ts';
import { arrays } from './arrays.ts';
import { boot } from './boot.ts';
import { entries } from './entries.ts';
import { errors } from './errors.ts';
import { hotPlug } from './hot-plug.ts';
import { noflush } from './noflush.ts';
import { pageKeyId } from './page-keyid.ts';
import { setMemory } from './set-memory.ts';

export const scenarios: readonly Scenario[] = [
  ...setMemory,
  ...entries,
  ...arrays,
  ...aliases,
  ...errors,
  ...noflush,
  ...hotPlug,
  ...boot,
  ...pageKeyId,
];
