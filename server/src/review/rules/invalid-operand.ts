import type { Draft, Rule } from '../rule.ts';

const WHAT: Readonly<Record<string, string>> = {
  'out-of-bounds': 'reads outside its object',
  uninitialised: 'reads a value that was never set',
  freed: 'reads memory that is gone',
  unmapped: 'reads an address that is not mapped',
};

/** invalid-operand: computing the range has undefined behaviour in a mode that the kernel uses. */
export const invalidOperand: Rule = {
  slug: 'invalid-operand',
  severity: 'error',
  docs: `# invalid-operand

Computing the range reads through NULL, past the end of an array, or a value that is not set yet, on a path that the
kernel really takes.

## Why
\`struct cpa_data\` has three modes. With \`CPA_PAGES_ARRAY\` the addresses come from \`pages\` and **\`vaddr\` is NULL**; with \`CPA_ARRAY\`
\`vaddr\` points to an array of \`numpages\` addresses; otherwise to one. After the change \`curpage\` equals \`numpages\`, one past
the last element.

## How to mend it
Ask \`__cpa_addr(cpa, i)\`, which knows the three modes, or test the flags first.

## Example
\`\`\`c
start = *cpa->vaddr;	/* set_pages_array_wc(): vaddr is NULL */
\`\`\`
`,
  check(context) {
    return context.trials.flatMap(({ run }): Draft[] => {
      const { fault } = run;
      if (fault?.kind !== 'memory' || !fault.spot) return [];
      // The statement that sets the value may be one of those whose place is a guess.
      if (fault.detail === 'uninitialised' && context.post.uncertain.has(fault.spot.function)) return [];
      return [
        {
          rule: 'invalid-operand',
          severity: 'error',
          at: { spot: fault.spot },
          message:
            fault.detail === 'null-dereference'
              ? `${run.scenario.call} dereferences NULL here`
              : `${run.scenario.call} ${WHAT[fault.detail] ?? 'fails'} here: ${fault.message}`,
          reason: fault.detail,
          run,
        },
      ];
    });
  },
};
