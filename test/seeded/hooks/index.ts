/** All good hooks. */
import type { GoodHook } from '../hook.ts';
import { FLUSH_HOOKS } from './flush.ts';
import { REQUEST_HOOKS } from './request.ts';

export const HOOKS: readonly GoodHook[] = [...FLUSH_HOOKS, ...REQUEST_HOOKS];
