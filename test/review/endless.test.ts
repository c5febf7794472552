import { expect, test } from 'vitest';
import { loadParser } from '../../server/src/c/parse/parser.ts';
import { review } from '../../server/src/review/review.ts';

const parser = await loadParser();

/** A hook behind the change of a request, and what the review says of it. */
function check(hook: string, locals = '') {
  const added = hook.trim().split('\n');
  const patch = [
    '--- a/arch/x86/mm/pageattr.c',
    '+++ b/arch/x86/mm/pageattr.c',
    '@@ -1646,1 +1646,2 @@ static int change_page_attr_set_clr(unsigned long *addr, int numpages,',
    ' \tint ret, cache, checkalias;',
    `+\tunsigned long i = 0, va, end;${locals}`,
    `@@ -1700,3 +1701,${3 + added.length} @@ static int change_page_attr_set_clr(unsigned long *addr, int numpages,`,
    ' \tret = __change_page_attr_set_clr(&cpa, checkalias);',
    ' ',
    ...added.map((line) => `+\t${line}`),
    ' \t/* did anything change? */',
    '',
  ].join('\n');
  const report = review(patch, { file: 'x.patch', parser });
  const lines = patch.split('\n');
  const content = (line: number) => (lines[line - 1] ?? '').slice(1).trim();
  const [only] = report.patches;
  return {
    findings: only?.findings
      .filter(({ severity, rule }) => severity !== 'note' && rule !== 'unchecked-result')
      .map(({ rule, line, message }) => `${rule} @ ${content(line)}: ${message.split(/ \(|, which/)[0]}`),
    problems: only?.problems.map(({ line, message }) => `${content(line)}: ${message.split(': ')[1]}`),
  };
}

const FIRST = '(unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(&cpa, 0))) & PUD_MASK';
const BROKEN_OFF = 'the run was broken off, and what comes behind was not run';

test('a loop that syncs one range for ever is told by its repeating itself', () => {
  expect(
    check(`
va = ${FIRST};
end = va + 2 * PUD_SIZE;
while (va < end)
	ret = sync_direct_mapping(va, va + PUD_SIZE);
`),
  ).toMatchObject({
    findings: expect.arrayContaining([
      'over-broad-sync @ ret = sync_direct_mapping(va, va + PUD_SIZE);: the loop never comes to its end: it syncs the same 1 GiB again and again',
    ]),
    problems: [`while (va < end): ${BROKEN_OFF}`],
  });
});

test('what stands behind a loop without end never syncs', () => {
  const { findings, problems } = check(`
for (i = 0; i < numpages; )
	cache = 0;
va = ${FIRST};
end = va + PUD_SIZE;
ret = sync_direct_mapping(va, end);
`);
  expect(findings).toEqual([
    'missing-sync @ for (i = 0; i < numpages; ): 4 KiB of the direct mapping changed by set_memory_ro(0xffff888004123000, 1) is never synced, because the code goes round here for ever',
  ]);
  expect(problems).toEqual([`for (i = 0; i < numpages; ): ${BROKEN_OFF}`]);
});

test('a loop that only takes long is no finding', () => {
  const { findings, problems } = check(`
for (i = 0; i < 100000; i++)
	cache = 0;
va = ${FIRST};
end = va + PUD_SIZE;
ret = sync_direct_mapping(va, end);
`);
  expect(findings).toEqual([]);
  expect(problems).toHaveLength(1);
});

test('a call for each page of all of the kernel image is no loop without end', () => {
  const { findings, problems } = check(`
for (i = 0; i < numpages; i++) {
	va = (unsigned long)__va(slow_virt_to_phys((void *)__cpa_addr(&cpa, i))) & PUD_MASK;
	end = va + PUD_SIZE;
	WARN_ON_ONCE(sync_direct_mapping(va, end));
}
`);
  expect(findings).toEqual([]);
  expect(problems).toEqual([]);
});
