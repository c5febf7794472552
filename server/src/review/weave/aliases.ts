/** How a hunk spells the parameters and locals of the function it is in, however it renames them. */
import type { CType } from '../../../../engine/src/kernel/ctype.ts';
import type { KernelFunction } from '../../../../engine/src/kernel/model.ts';
import type { Declarator, FunctionSource } from '../../c/ast.ts';
import { rolesOf } from '../../c/roles.ts';
import { visit } from '../../c/walk.ts';

/** Fields by which a local of the kernel's flow is known, when the hunk gives it another name. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  cpa_data: ['vaddr', 'numpages', 'curpage', 'pfn', 'flags', 'pages', 'mask_set', 'mask_clr', 'pgd', 'force_split'],
};

export interface Spelled {
  readonly fromMarks: ReadonlyMap<string, string>;
  /** The function as the file has it before the patch. */
  readonly before: FunctionSource;
  /** Variables that have their values from statements that are evaluated. */
  readonly own: ReadonlySet<string>;
}

/**
 * The hunk's name to the kernel's: from the heading's parameters, from marks, from the fields read through it, and at
 * last from the place of its declaration among those of its type, as the file has them before the patch.
 */
export function aliasesOf(
  model: KernelFunction,
  source: FunctionSource,
  { fromMarks, before, own }: Spelled,
): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  const taken = new Set<string>();
  const kernelNames = new Set([...model.parameters, ...model.locals].map((variable) => variable.name));
  const bind = (spelling: string, kernelName: string) => {
    if (aliases.has(spelling) || taken.has(kernelName) || !kernelNames.has(kernelName)) return;
    aliases.set(spelling, kernelName);
    taken.add(kernelName);
  };
  const parameters = source.parameters ?? [];
  // Between a heading that is cut and the hunk some may be missing, and between two kernels one may have come or gone: those
  // that keep their names tell.
  if (source.parametersCut || parameters.length !== model.parameters.length)
    for (const { name } of parameters) if (model.parameters.some((kernels) => kernels.name === name)) bind(name, name);
  parameters.forEach((parameter, index) => {
    const kernels = model.parameters[index];
    if (kernels && parameter.name && kernels.type.kind === parameter.type.kind) bind(parameter.name, kernels.name);
  });
  for (const [spelling, kernelName] of fromMarks) bind(spelling, kernelName);
  const roles = rolesOf(source.pieces);
  for (const name of roles.keys()) if (kernelNames.has(name)) bind(name, name);
  for (const [name, role] of roles) {
    if (aliases.has(name) || role.fields.length === 0) continue;
    const candidate = [...model.locals, ...model.parameters].find(({ name: kernelName, type }) => {
      const struct = type.kind === 'pointer' ? type.to : type;
      const fields = struct.kind === 'struct' ? FIELDS[struct.tag] : undefined;
      const pointerLike = (type.kind === 'pointer') === role.fields.some(({ arrow }) => arrow);
      return (
        fields && pointerLike && !taken.has(kernelName) && role.fields.every(({ field }) => fields.includes(field))
      );
    });
    if (candidate) bind(name, candidate.name);
  }
  for (const name of testedFor(source, CPA_FLAGS)) {
    const flags = [...model.parameters, ...model.locals].find((variable) => FLAG_NAMES.has(variable.name));
    if (flags && !aliases.has(name)) bind(name, flags.name);
  }
  for (const { name, type } of declaredIn(before)) {
    if (aliases.has(name) || (own.has(name) && !kernelNames.has(name))) continue;
    const candidate = model.locals.find((local) => !taken.has(local.name) && sameType(local.type, type));
    if (candidate) bind(name, candidate.name);
  }
  return aliases;
}

/** What change_page_attr_set_clr() is told in a parameter of its own, by the bits that are looked for in it. */
const CPA_FLAGS: ReadonlySet<string> = new Set(['CPA_ARRAY', 'CPA_PAGES_ARRAY', 'CPA_NO_CHECK_ALIAS']);
const FLAG_NAMES: ReadonlySet<string> = new Set(['in_flag', 'in_flags']);

/** Names of variables in which the function looks for one of these bits. */
function testedFor({ pieces }: FunctionSource, bits: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const stmt of pieces.flatMap((piece) => piece.body))
    visit(stmt, (node) => {
      if (node.kind !== 'binary' || node.op !== '&' || node.left.kind !== 'name') return;
      if (node.right.kind === 'name' && bits.has(node.right.name)) names.add(node.left.name);
    });
  return names;
}

/** What the function declares at its top. */
const declaredIn = ({ pieces }: FunctionSource): readonly Declarator[] =>
  pieces.flatMap((piece) => piece.body.flatMap((stmt) => (stmt.kind === 'declare' ? stmt.declarators : [])));

/** True for types that one declaration may give a name of either. */
export function sameType(a: CType, b: CType): boolean {
  if (a.kind === 'pointer') return b.kind === 'pointer' && sameType(a.to, b.to);
  if (a.kind === 'struct') return b.kind === 'struct' && a.tag === b.tag;
  return a.kind === 'int' && b.kind === 'int' && a.bits === b.bits && a.signed === b.signed && a.name === b.name;
}
