/** All modelled kernel functions, by version. */

import { BOOT } from './boot.ts';
import { CHANGE_PAGE_ATTR } from './change-page-attr.ts';
import { CPA_ALIAS } from './cpa-alias.ts';
import { CPA_FLUSH } from './cpa-flush.ts';
import { CPA_FLUSH_V4 } from './cpa-flush-v4.ts';
import { CPA_PAGES } from './cpa-pages.ts';
import { CPA_PRESERVE } from './cpa-preserve.ts';
import { CPA_REQUEST } from './cpa-request.ts';
import { CPA_SPLIT } from './cpa-split.ts';
import { ENABLE } from './enable.ts';
import { HOT_ADD } from './hot-add.ts';
import { HOT_ADD_ENTRY } from './hot-add-entry.ts';
import { HOT_ADD_P4D } from './hot-add-p4d.ts';
import { HOT_ADD_TABLES } from './hot-add-tables.ts';
import { HOT_REMOVE } from './hot-remove.ts';
import { HOT_REMOVE_TABLES } from './hot-remove-tables.ts';
import type { KernelFunction, Version } from './model.ts';
import { NOFLUSH } from './noflush.ts';
import { PAGE_KEYID } from './page-keyid.ts';
import { SET_ARRAYS } from './set-arrays.ts';
import { SET_MEMORY } from './set-memory.ts';
import { SET_PAGES } from './set-pages.ts';

const MODELS: readonly KernelFunction[] = [
  ...CPA_FLUSH,
  ...CPA_FLUSH_V4,
  ...CHANGE_PAGE_ATTR,
  ...CPA_PRESERVE,
  ...CPA_SPLIT,
  ...CPA_ALIAS,
  ...CPA_PAGES,
  ...CPA_REQUEST,
  ...SET_MEMORY,
  ...SET_ARRAYS,
  ...SET_PAGES,
  ...NOFLUSH,
  ...HOT_ADD_TABLES,
  ...HOT_ADD_P4D,
  ...HOT_ADD,
  ...HOT_ADD_ENTRY,
  ...HOT_REMOVE_TABLES,
  ...HOT_REMOVE,
  ...BOOT,
  ...ENABLE,
  ...PAGE_KEYID,
];

const byVersion = new Map<Version, ReadonlyMap<string, KernelFunction>>();

function tableOf(version: Version): ReadonlyMap<string, KernelFunction> {
  const known = byVersion.get(version);
  if (known) return known;
  const like = (shape: Version) => MODELS.filter((model) => model.versions.includes(shape));
  const models = version === 'v5.2' ? [...like('v5.1'), ...like('v5.2')] : like(version);
  const table = new Map(models.map((model) => [model.name, model]));
  byVersion.set(version, table);
  return table;
}

/** All models of one version. */
export const functionsOf = (version: Version): readonly KernelFunction[] => [...tableOf(version).values()];

/** The model of a kernel function; null: not modelled, or not in that version. */
export const kernelFunction = (name: string, version: Version): KernelFunction | null =>
  tableOf(version).get(name) ?? null;

/** Which shape a patch is written against: the paths it touches and the names that its hunks show. */
export function versionOf(evidence: { readonly paths: readonly string[]; readonly names: readonly string[] }): Version {
  if (evidence.paths.some((path) => path.endsWith('mm/pat/set_memory.c'))) return 'v6.1';
  if (evidence.names.some((name) => name === 'cpa_flush_range' || name === 'cpa_flush_array')) return 'v4.18';
  return evidence.names.some((name) => NEW_IN_V5_2.has(name)) ? 'v5.2' : 'v5.1';
}

const NEW_IN_V5_2: ReadonlySet<string> = new Set(['__kernel_physical_mapping_init', 'kernel_physical_mapping_change']);
