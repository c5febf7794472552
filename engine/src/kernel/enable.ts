/** Enabling MKTME (arch/x86/mm/mktme.c of the posted series). */
import { VOID } from './ctype.ts';
import type { KernelFunction } from './model.ts';
import { does } from './nodes.ts';
import { ALL } from './pageattr-function.ts';

/**
 * init_page_mktme(): the page_ext init callback. It turns the key on; the sync of everything that has to follow is the
 * patch's to show.
 */
const init_page_mktme: KernelFunction = {
  name: 'init_page_mktme',
  path: ['arch/x86/mm/mktme.c'],
  versions: ALL,
  returns: VOID,
  parameters: [],
  locals: [],
  body: [
    does('MKTME is on', ['static_branch_enable(&mktme_enabled_key)', 'static_branch_enable(_)'], (f) => {
      f.kernel.call('static_branch_enable', 0n);
    }),
  ],
};

export const ENABLE: readonly KernelFunction[] = [init_page_mktme];
