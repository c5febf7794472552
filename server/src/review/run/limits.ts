/** How far code under review is followed before it counts as not coming to its end. */
import type { Limits } from '../../c/evaluate/types.ts';

/** Calls inside each other. */
const depth = 64;

/** The kernel's flow around a hunk, through one request. */
export const FLOW_LIMITS: Limits = { statements: 60_000, stretches: 6, depth };

/** The kernel's own way through a request takes few steps, however large it is, if huge pages stay whole. */
export const VAST_LIMITS: Limits = { statements: 2_000, depth };

/** The patch's own sync, which walks every entry of a mapping for each KeyID: one call in its tests, or all calls of a flow. */
export const WALK_LIMITS: Limits = { statements: 500_000, depth };
