/** The forms in which a patch shows a function's signature. */
import type { CType } from '../../../engine/src/kernel/ctype.ts';
import type { Parameter } from '../c/ast.ts';
import { allShown } from './hooks.ts';
import type { Program } from './program.ts';
import type { Spot } from './run/run.ts';
import { isChanged } from './text.ts';

export interface SignatureForm {
  readonly kind: 'declaration' | 'definition' | 'stub';
  readonly parameters: readonly Parameter[];
  /** Null: the type is not known. */
  readonly returns: CType | null;
  readonly spot: Spot;
  /** True if the patch adds or changes the line. */
  readonly changed: boolean;
}

export function introducedSyncs(program: Program, name: string): readonly SignatureForm[] {
  const declarations = program.prototypes
    .filter(({ prototype }) => prototype.name === name)
    .map(
      ({ prototype, text }): SignatureForm => ({
        kind: 'declaration',
        parameters: prototype.parameters,
        returns: prototype.returns,
        spot: { text, span: prototype, function: name },
        changed: isChanged(text, prototype),
      }),
    );
  const bodies = allShown(program).flatMap(({ source, text }): SignatureForm[] => {
    if (source.name !== name || !source.nameSpan || !source.parameters || source.parametersCut) return [];
    const kind = source.storage.static || text.path.endsWith('.h') ? 'stub' : 'definition';
    const spot = { text, span: source.nameSpan, function: name };
    const { parameters, returns } = source;
    return [{ kind, parameters, returns, spot, changed: isChanged(text, source.nameSpan) }];
  });
  return [
    ...bodies.filter((form) => form.kind === 'definition'),
    ...declarations,
    ...bodies.filter((form) => form.kind === 'stub'),
  ];
}
