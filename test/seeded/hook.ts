/** What a good hook is, and what a fault seeded into it is: data. */
import type { Edit, Version } from './edit.ts';

/** 'rule @ line': a finding of the rule on a line of the patch, by its content without marker and indentation. */
export type Expected = `${string} @ ${string}`;

export interface Fault {
  readonly name: string;
  /** Edits of the tree that the good hook has been applied to. */
  readonly edits: readonly Edit[];
  /** One of these must be found. */
  readonly expect: readonly Expected[];
  /** Lines of context without which its hunks read like those of a hook at another, right place. */
  readonly needs?: 2 | 3;
  /** The faulty tree is the base, the patch puts the good one in its place the other way round: the patch takes away from a hooked kernel. */
  readonly onHooked?: boolean;
}

export interface GoodHook {
  readonly name: string;
  readonly version: Version;
  readonly edits: readonly Edit[];
  /** Warnings (never errors) that the hook earns. */
  readonly deserved: readonly Expected[];
  /** The same hook written otherwise: the same findings. */
  readonly alike?: readonly { readonly name: string; readonly edits: readonly Edit[] }[];
  readonly faults: readonly Fault[];
}
