import type { CType } from '../../../../engine/src/kernel/ctype.ts';
import type { Span } from '../../c/ast.ts';
import { syncCalls } from '../hooks.ts';
import type { Context, Draft, Rule } from '../rule.ts';
import { count } from '../run/print.ts';
import type { Spot } from '../run/run.ts';
import { introducedSyncs, type SignatureForm } from '../signatures.ts';

/** signature-mismatch: declaration, stub, definition and calls of the sync disagree after the patch. */
export const signatureMismatch: Rule = {
  slug: 'signature-mismatch',
  severity: 'error',
  docs: `# signature-mismatch

After the patch the declaration, the stub for kernels without the option, the definition and the calls of the sync do not
agree. This is read from the text alone; nothing is run.

## Why
One of the two configurations does not compile, or a call passes a range to a function that takes none.

## How to mend it
Change the declaration, the \`static inline\` stub, the definition and every call together.

## Example
\`\`\`diff
-int sync_direct_mapping(void);
+int sync_direct_mapping(unsigned long start, unsigned long end);
\`\`\`
with the stub still \`static inline int sync_direct_mapping(void)\`.
`,
  check(context) {
    return context.post.syncs.flatMap(({ name }) => {
      const forms = introducedSyncs(context.post, name);
      const authority =
        forms.find((form) => form.kind === 'definition') ?? forms.find((form) => form.changed) ?? forms[0];
      if (!authority) return leftBehindByCalls(context, name);
      const drafts: Draft[] = [];
      for (const form of forms) {
        if (form === authority || (sameParameters(form, authority) && sameResult(form, authority))) continue;
        const says = sameParameters(form, authority) ? gives : takes;
        drafts.push(
          draft(form.spot, `this ${form.kind} of ${name}() ${says(form)}, its ${authority.kind} ${says(authority)}`),
        );
      }
      for (const call of syncCalls(context.post)) {
        if (call.callee !== name || call.expr.args.length === authority.parameters.length) continue;
        drafts.push(
          draft(
            call.spot,
            `${name}() is called with ${count(call.expr.args.length, 'argument')}, its ${authority.kind} ${takes(authority)}`,
          ),
        );
      }
      const before = introducedSyncs(context.pre, name);
      const wasOther = before.some((form) => !sameParameters(form, authority));
      const declared = forms.some((form) => form.kind === 'declaration');
      if (wasOther && authority.changed && !declared && drafts.length === 0)
        drafts.push(
          draft(
            authority.spot,
            `the ${authority.kind} of ${name}() now ${takes(authority)}, and the patch leaves its declaration as it was`,
          ),
        );
      return drafts;
    });
  },
};

/** Calls that change their number of arguments while nothing declares the new form. */
function leftBehindByCalls(context: Context, name: string): readonly Draft[] {
  const before = new Set(
    syncCalls(context.pre)
      .filter((call) => call.callee === name)
      .map((call) => call.expr.args.length),
  );
  const after = syncCalls(context.post).filter((call) => call.callee === name);
  const odd = after.find((call) => after.some((other) => other.expr.args.length !== call.expr.args.length));
  const reference = after.find((call) => before.has(call.expr.args.length));
  if (!odd || !reference) return [];
  return after
    .filter((call) => call.expr.args.length !== reference.expr.args.length)
    .map((call) =>
      draft(
        call.spot,
        `${name}() is called with ${count(call.expr.args.length, 'argument')} here and with ${reference.expr.args.length} elsewhere in the patch`,
      ),
    );
}

const draft = (spot: Spot & { span: Span }, message: string): Draft => ({
  rule: 'signature-mismatch',
  severity: 'error',
  at: { spot },
  message,
  reason: message,
  run: null,
});

const sameParameters = ({ parameters: a }: SignatureForm, { parameters: b }: SignatureForm) =>
  a.length === b.length && a.every((parameter, index) => sameType(parameter.type, b[index]?.type));

/** Results of two types convert into each other; only a call that uses the result of a void function does not compile. */
const sameResult = (a: SignatureForm, b: SignatureForm) => !a.returns || !b.returns || isVoid(a) === isVoid(b);
const isVoid = (form: SignatureForm) => form.returns?.kind === 'void';
const gives = (form: SignatureForm) => (isVoid(form) ? 'gives back nothing' : 'gives back a result');

function sameType(a: CType, b: CType | undefined): boolean {
  if (!b || a.kind !== b.kind) return false;
  return a.kind !== 'int' || b.kind !== 'int' || (a.bits === b.bits && a.signed === b.signed);
}

const takes = ({ parameters }: SignatureForm) =>
  parameters.length === 0
    ? 'takes no arguments'
    : `takes (${parameters.map((parameter) => parameter.name || '_').join(', ')})`;
