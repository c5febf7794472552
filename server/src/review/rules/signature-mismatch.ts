import type { CType } from '../../../../engine/src/kernel/ctype.ts';
import type { Parameter, Span } from '../../c/ast.ts';
import { syncCalls } from '../hooks.ts';
import type { Context, Draft, Rule } from '../rule.ts';
import { count } from '../run/print.ts';
import type { Spot } from '../run/run.ts';
import { introducedSyncs } from '../signatures.ts';

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
        if (form === authority || sameSignature(form.parameters, authority.parameters)) continue;
        drafts.push(
          draft(
            form.spot,
            `this ${form.kind} of ${name}() takes ${list(form.parameters)}, its ${authority.kind} takes ${list(authority.parameters)}`,
          ),
        );
      }
      for (const call of syncCalls(context.post)) {
        if (call.callee !== name || call.expr.args.length === authority.parameters.length) continue;
        drafts.push(
          draft(
            call.spot,
            `${name}() is called with ${count(call.expr.args.length, 'argument')}, its ${authority.kind} takes ${list(authority.parameters)}`,
          ),
        );
      }
      const before = introducedSyncs(context.pre, name);
      const wasOther = before.some((form) => !sameSignature(form.parameters, authority.parameters));
      const declared = forms.some((form) => form.kind === 'declaration');
      if (wasOther && authority.changed && !declared && drafts.length === 0)
        drafts.push(
          draft(
            authority.spot,
            `the ${authority.kind} of ${name}() now takes ${list(authority.parameters)}, and the patch leaves its declaration as it was`,
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

const sameSignature = (a: readonly Parameter[], b: readonly Parameter[]) =>
  a.length === b.length && a.every((parameter, index) => sameType(parameter.type, b[index]?.type));

function sameType(a: CType, b: CType | undefined): boolean {
  if (!b || a.kind !== b.kind) return false;
  return a.kind !== 'int' || b.kind !== 'int' || (a.bits === b.bits && a.signed === b.signed);
}

const list = (parameters: readonly Parameter[]) =>
  parameters.length === 0 ? 'no arguments' : `(${parameters.map((parameter) => parameter.name || '_').join(', ')})`;
