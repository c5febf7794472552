/** All rules, in the order of their pages. */
import type { Rule } from '../rule.ts';
import { earlyTableFree } from './early-table-free.ts';
import { faultySync } from './faulty-sync.ts';
import { invalidOperand } from './invalid-operand.ts';
import { missingStub } from './missing-stub.ts';
import { missingSync } from './missing-sync.ts';
import { overBroadSync } from './over-broad-sync.ts';
import { partialSync } from './partial-sync.ts';
import { redundantSync } from './redundant-sync.ts';
import { signatureMismatch } from './signature-mismatch.ts';
import { skippedFlush } from './skipped-flush.ts';
import { syncBeforeChange } from './sync-before-change.ts';
import { syncInAtomic } from './sync-in-atomic.ts';
import { uncheckedResult } from './unchecked-result.ts';
import { unhookedSite } from './unhooked-site.ts';
import { unpropagatedTopLevel } from './unpropagated-top-level.ts';
import { wrongAddressSpace } from './wrong-address-space.ts';

export const rules: readonly Rule[] = [
  missingSync,
  partialSync,
  wrongAddressSpace,
  syncBeforeChange,
  skippedFlush,
  invalidOperand,
  signatureMismatch,
  faultySync,
  earlyTableFree,
  unpropagatedTopLevel,
  unhookedSite,
  overBroadSync,
  redundantSync,
  uncheckedResult,
  syncInAtomic,
  missingStub,
];
