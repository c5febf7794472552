/** One run of one scenario over one state of the code: what happened, as plain data. */
import type { Address, Range } from '../../../../engine/src/address.ts';
import type { Facts } from '../../../../engine/src/kernel/model.ts';
import type { Scenario } from '../../../../engine/src/kernel/scenario.ts';
import type { Machine, Stale } from '../../../../engine/src/machine.ts';
import type { Expr, Span, Stmt } from '../../c/ast.ts';
import type { CodeText } from '../text.ts';
import type { Asked } from './code.ts';

/** A place in the patch's code. */
export interface Spot {
  readonly text: CodeText;
  readonly span: Span;
  /** The function it stands in. */
  readonly function: string;
}

export type SyncSeen = 'tested' | 'warned' | 'returned' | 'stored' | 'dropped';

export interface SyncHolder {
  function: string;
  spot: Spot | null;
}

/** One call of the sync. */
export interface SyncCall {
  readonly id: number;
  /** Of the function that is called. */
  readonly name: string;
  /** Null: called by the kernel's own flow. */
  readonly spot: Spot | null;
  readonly expr: Expr | null;
  readonly start: Address;
  readonly end: Address;
  /** False: MKTME was not on yet, and the call did nothing. */
  readonly enabled: boolean;
  /** Why the range is not known; the run then took it to cover everything. */
  readonly opaque: string | null;
  readonly result: number;
  /** Events of the machine before and after the call. */
  readonly from: number;
  readonly to: number;
  /** Entries the walk visited, all KeyIDs together. */
  readonly visited: number;
  /** Entries that bringing everything changed so far up to date takes, all KeyIDs together. */
  readonly needed: number;
  /** Canonical ranges that differed in some KeyID's mapping just before the call. */
  readonly due: readonly Range[];
  readonly seen: ReadonlySet<SyncSeen>;
  /** The function that had the result last, and the last place in the patch's code where one got it. */
  readonly holder: Readonly<SyncHolder>;
  /** Outermost atomic section held; null: none. */
  readonly atomic: string | null;
  readonly operands: readonly { readonly text: string; readonly value: string }[];
}

/** A statement that ran. */
export interface TraceStep {
  readonly kind: 'patch' | 'kernel' | 'note';
  /** For the kernel's own steps their name, for notes their text. */
  readonly label: string;
  /** Null where the spot is. */
  readonly stmt: Stmt | null;
  readonly spot: Spot | null;
  readonly function: string;
  /** Of calls; null: not a statement of a run. */
  readonly depth: number | null;
  /** Events of the machine before it ran. */
  readonly events: number;
  readonly values: readonly { readonly name: string; readonly value: string; readonly span: Span }[];
}

/** A call of a function that nobody shows. */
export interface UnknownCall {
  readonly name: string;
  readonly spot: Spot | null;
  /** Number of its arguments. */
  readonly given: number;
  /** Events of the machine before it. */
  readonly events: number;
}

/** How the code under review broke. */
export interface RunFault {
  readonly kind: 'memory' | 'bug' | 'limit' | 'machine';
  readonly detail: string;
  readonly message: string;
  readonly spot: Spot | null;
}

/**
 * Another machine than the usual one: a sync before has failed at its first allocation, and so the next one has tables to
 * allocate whatever it is for; or MKTME is off, as on most machines that the kernel runs on, and a sync does nothing.
 */
export type Setting = 'after-failure' | 'mktme-off';

export interface Run {
  readonly scenario: Scenario;
  readonly side: 'old' | 'new' | 'model';
  readonly facts: Facts;
  readonly machine: Machine;
  /** Events before the entry was called. */
  readonly begin: number;
  readonly trace: readonly TraceStep[];
  readonly syncs: readonly SyncCall[];
  readonly fault: RunFault | null;
  /** What branches on opaque values were taken for this run, with the reason each was opaque. */
  readonly assumed: readonly { readonly why: string; readonly spot: Spot | null; readonly taken: boolean }[];
  readonly stale: readonly Stale[];
  /** What the entry returned; null: nothing, or not known. */
  readonly returned: bigint | null;
  /** Ordinal of the sync allocation that was made to fail; null: none. */
  readonly failure: number | null;
  /** Which machine it ran on; absent: one whose KeyIDs have all that KeyID-0 has. */
  readonly setting?: Setting;
  readonly unknownCalls: readonly UnknownCall[];
  /** Loops of which nobody knows how often they go round, with the reason: the run went round once. */
  readonly loops: readonly { readonly why: string; readonly spot: Spot | null }[];
  /** Functions that the run left by a jump to a place that nobody shows: what they do from there on is not known. */
  readonly lostIn: ReadonlySet<string>;
  /** Functions of the patch that the run entered. */
  readonly entered: ReadonlySet<string>;
  /** The run depends on this code and on nothing else of the program. */
  readonly asked: Asked;
}

/** What a finding calls a run: its scenario, the machine, and which allocation of the sync was made to fail. */
export const runId = ({ scenario, failure, setting }: Run) => {
  const more = [...(setting ? [setting] : []), ...(failure === null ? [] : [`allocation-${failure}`])];
  return more.length > 0 ? `${scenario.id}#${more.join('-')}` : scenario.id;
};
