/** What client and server say to each other beside the Language Server Protocol. Types only: the client imports nothing else of the server. */
import type { Range } from 'vscode-languageserver-protocol';
import type { Replay } from '../../../engine/src/replay.ts';
import type { RuleSlug, ScenarioResult, Severity } from '../review/report.ts';

export interface ReplayParams {
  readonly uri: string;
  /** Index into the report's patches. */
  readonly patch: number;
  readonly scenario: string;
  readonly variant: Replay['variant'];
}

/** What the Replay command is called with, from lenses, hovers and the tree; what is missing is chosen. */
export interface ReplayTarget {
  readonly uri: string;
  readonly patch?: number;
  readonly scenario?: string;
  /** 0-based line the cursor stands on: chooses patch and scenario. */
  readonly line?: number;
}

export interface ScenarioList {
  readonly patch: number;
  /** The run to open first: the one that belongs to the line asked for, else the first that fails; null: nothing was run. */
  readonly first: string | null;
  readonly scenarios: readonly ScenarioResult[];
  /** Ids of those that there are only with the patch. */
  readonly patchedOnly: readonly string[];
}

export interface OverviewFinding {
  /** Stable while the document is not edited: what a reply is asked for. */
  readonly id: number;
  readonly rule: RuleSlug;
  readonly severity: Severity;
  readonly message: string;
  readonly function: string | null;
  readonly range: Range;
  readonly scenario: string | null;
}

export interface OverviewPatch {
  readonly index: number;
  readonly subject: string | null;
  readonly author: string | null;
  readonly series: { readonly version: number; readonly index: number; readonly total: number } | null;
  /** 0-based line where it begins. */
  readonly line: number;
  /** Scenarios that were run; without any, that nothing was found means nothing. */
  readonly runs: number;
  readonly findings: readonly OverviewFinding[];
}

/** A document's review, as the tree and the status item show it. */
export interface Overview {
  readonly uri: string;
  readonly version: number;
  /** `none`: the document holds no patch; `failed`: the review itself broke, or the document is too large. */
  readonly state: 'reviewed' | 'none' | 'failed';
  /** One sentence for `failed`. */
  readonly reason?: string;
  /** How many findings the settings suppress; they are in no patch. */
  readonly suppressed: number;
  readonly patches: readonly OverviewPatch[];
}

export interface ReplyParams {
  readonly uri: string;
  readonly patch: number;
  /** Ids of the ticked findings. */
  readonly findings: readonly number[];
}

/** Requests of the client, by method. */
export interface Requests {
  'mktme/replay': { params: ReplayParams; result: Replay | null };
  'mktme/scenarios': { params: ReplayTarget; result: ScenarioList | null };
  'mktme/overview': { params: { readonly uri: string }; result: Overview | null };
  /** A mail, ready to be sent; null: no such patch. */
  'mktme/reply': { params: ReplyParams; result: string | null };
}

/** Notifications of the server, by method. */
export interface Notifications {
  /** A review has begun, or is at message `done` of `total`; `mktme/reviewed` or `mktme/closed` follows. */
  'mktme/reviewing': { readonly uri: string; readonly done?: number; readonly total?: number };
  'mktme/reviewed': Overview;
  'mktme/closed': { readonly uri: string };
}

/** Notifications of the client, by method. */
export interface ClientNotifications {
  /** Ends the review that is going on; it is then told of as failed. */
  'mktme/cancel': { readonly uri: string };
}
