/** One entry in full: its address, its place in the tables, and what each group of KeyIDs holds there. */
import { runAt } from '../../engine/src/picture/lane.ts';
import { addressText } from '../../engine/src/picture/pages.ts';
import type { PictureState } from '../../engine/src/picture/state.ts';
import { flagsText, keyIdText } from '../../engine/src/picture/words.ts';
import type { Replay } from '../../engine/src/replay.ts';

export function Inspector({ replay, state, page }: { replay: Replay; state: PictureState; page: number }) {
  const address = BigInt(addressText(replay, page));
  const index = (shift: bigint): string => ((address >> shift) & 511n).toString();
  const places: readonly (readonly [string, string])[] = [
    ['pgd', index(replay.machine.pagingLevels === 5 ? 48n : 39n)],
    ...(replay.machine.pagingLevels === 5 ? [['p4d', index(39n)] as const] : []),
    ['pud', index(30n)],
    ['pmd', index(21n)],
    ['pte', index(12n)],
  ];
  const shown = state.groups.slice(0, 6);
  return (
    <dl class="inspector" aria-label="Entry">
      <div class="entry">
        <dt class="hidden">Address</dt>
        <dd class="entry-address">{addressText(replay, page)}</dd>
        {places.map(([level, at]) => (
          <div key={level}>
            <dt>{level}</dt>
            <dd>{at}</dd>
          </div>
        ))}
      </div>
      {shown.map((group) => {
        const run = runAt(group.lane, page);
        const kind = group.differs.find((each) => each.start <= page && page < each.end)?.kind;
        return (
          <div key={group.keyIds[0]?.[0]} class={kind === undefined ? 'holds' : 'holds differs'}>
            <dt>{keyIdText(group.keyIds)}</dt>
            <dd>
              {run === null
                ? 'not mapped'
                : `${run.size}  ${flagsText(run.flags)}  pfn 0x${(run.pfn + page - run.start).toString(16)}`}
              {kind !== undefined && <strong>{kind}</strong>}
            </dd>
          </div>
        );
      })}
      {state.groups.length > shown.length && (
        <div class="holds">{`${state.groups.length - shown.length} more groups`}</div>
      )}
    </dl>
  );
}
