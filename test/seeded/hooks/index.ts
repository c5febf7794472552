/** All good hooks. */
import type { GoodHook } from '../hook.ts';
import { FLUSH_HOOKS } from './flush.ts';
import { HEADER_HOOKS } from './header.ts';
import { HELPER_HOOKS } from './helpers.ts';
import { HOTPLUG_HOOKS } from './hotplug.ts';
import { IMPLEMENTATION_HOOKS } from './implementation.ts';
import { MEMORY_HOOKS } from './memory.ts';
import { OLD_HOOKS } from './old.ts';
import { PLUG_V6_HOOKS } from './plug-v6.ts';
import { REQUEST_HOOKS } from './request.ts';

export const HOOKS: readonly GoodHook[] = [
  ...FLUSH_HOOKS,
  ...REQUEST_HOOKS,
  ...MEMORY_HOOKS,
  ...HEADER_HOOKS,
  ...OLD_HOOKS,
  ...HOTPLUG_HOOKS,
  ...PLUG_V6_HOOKS,
  ...IMPLEMENTATION_HOOKS,
  ...HELPER_HOOKS,
];
