/** What shown pieces say of names that they do not declare. */
import { expect, it } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { type Role, rolesOf } from '../../server/src/c/roles.ts';
import { parseImage } from './parse-print.ts';

const parser = await loadParser();

const HUNK = `@@ static void flush(struct cpa_data *data, int cache)
	BUG_ON(irqs_disabled());
	if (cache && !cpa->flags) {
		unsigned long start = *cpa->vaddr;
		ret = sync(start, end);
		addr = list[i++];
	}
	other.field = *ptr;
	fill(1, &end, (void *)list);
	return ret;
`;

/** Only the properties that say something. */
const said = ({ name, uses, ...role }: Role): Record<string, unknown> => ({
  uses: uses.length,
  ...Object.fromEntries(Object.entries(role).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value))),
});

const roles = rolesOf(parseImage(parser, HUNK).functions[0]?.pieces ?? []);
const check = (name: string, expected: Record<string, unknown> | null): void =>
  it(name, () => {
    const role = roles.get(name);
    expect(role ? said(role) : null).toEqual(expected);
  });

check('start', null);
check('BUG_ON', { uses: 1, called: true });
check('cache', { uses: 1, inCondition: true });
check('cpa', {
  uses: 2,
  inCondition: true,
  fields: [
    { field: 'flags', arrow: true },
    { field: 'vaddr', arrow: true },
  ],
});
check('ret', { uses: 2, assigned: true, assignedFrom: ['sync'], returned: true });
check('end', {
  uses: 2,
  addressTaken: true,
  argumentOf: [
    { function: 'sync', index: 1 },
    { function: 'fill', index: 1 },
  ],
});
check('list', { uses: 2, indexed: true, argumentOf: [{ function: 'fill', index: 2 }] });
check('i', { uses: 1, assigned: true });
check('addr', { uses: 1, assigned: true });
check('other', { uses: 1, fields: [{ field: 'field', arrow: false }] });
check('ptr', { uses: 1, dereferenced: true });
