/** What a run of the patch's own sync does besides page tables: the locks it holds, and what becomes of a failure. */
import type { Value } from '../../../../engine/src/kernel/ctype.ts';
import { MachineBug } from '../../../../engine/src/machine.ts';
import type { Stmt } from '../../c/ast.ts';
import type { Spot } from '../run/run.ts';

export interface Watch {
  /** Locks that nobody has given up, and where they were taken. */
  readonly held: ReadonlyMap<bigint, Spot | null>;
  /** The statement with which an allocation's failure was forgotten; null: none was. */
  readonly lost: Spot | null;
  /** What C leaves undefined. */
  readonly undefined: readonly { readonly what: string; readonly spot: Spot }[];
}

export interface Watcher {
  readonly watch: Watch;
  /** Throws MachineBug where the CPU would wait for itself. */
  lock(lock: Value | undefined, taken: boolean): void;
  statement(stmt: Stmt, spot: Spot | null, name: string): void;
  failed(): void;
  entered(): void;
  left(name: string, value: Value): void;
  undefinedBehaviour(what: string, spot: Spot): void;
}

interface Current {
  stmt: Stmt;
  spot: Spot | null;
}

export function createWatcher(at: { readonly spot: Spot | null }): Watcher {
  const held = new Map<bigint, Spot | null>();
  const undefinedBehaviour: { what: string; spot: Spot }[] = [];
  /** What each function is at. */
  const current = new Map<string, Current>();
  /** What each was at when the function that carries the failure was left. */
  let calls: ReadonlyMap<string, Readonly<Current>> | null = null;
  let depth = 0;
  /** How deep the function stands that knows of the failure; null: there is none, or it is forgotten. */
  let carrier: number | null = null;
  const watch: { held: typeof held; lost: Spot | null; undefined: typeof undefinedBehaviour } = {
    held,
    lost: null,
    undefined: undefinedBehaviour,
  };
  return {
    watch,
    lock(lock, taken) {
      if (!lock || lock.opaque !== undefined) return;
      if (taken && held.has(lock.bits)) throw new MachineBug('a lock that this CPU holds already is taken again');
      if (!taken && !held.has(lock.bits)) throw new MachineBug('a lock that nobody holds is given up');
      if (taken) held.set(lock.bits, at.spot);
      else held.delete(lock.bits);
    },
    statement: (stmt, spot, name) => {
      const known = current.get(name);
      if (!known) current.set(name, { stmt, spot });
      else {
        known.stmt = stmt;
        known.spot = spot;
      }
    },
    failed() {
      carrier = depth;
    },
    entered() {
      depth++;
    },
    left(name, value) {
      const own = depth--;
      if (carrier === null || own > carrier) return;
      if (isFailure(value)) {
        carrier = own - 1;
        calls = new Map([...current].map(([each, at]) => [each, { ...at }]));
        return;
      }
      carrier = null;
      const end = current.get(name);
      const call = calls?.get(name);
      const forgets =
        call === undefined ||
        (end?.stmt.kind === 'return' &&
          call.stmt.kind === 'expr' &&
          call.stmt.expr.kind === 'assign' &&
          end.stmt.value?.kind === 'number');
      watch.lost = (forgets ? end?.spot : call?.spot) ?? null;
    },
    undefinedBehaviour: (what, spot) => {
      undefinedBehaviour.push({ what, spot });
    },
  };
}

/** A pointer fails with NULL, a number with anything else than 0. */
const isFailure = ({ type, bits, opaque }: Value): boolean =>
  opaque === undefined && (type.kind === 'pointer' ? bits === 0n : type.kind === 'int' && bits !== 0n);
