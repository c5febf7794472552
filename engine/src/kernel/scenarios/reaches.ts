/** Which functions the ways in go through: what a scenario `reaches`, in call order; all versions' names together. */

/** A page of a request, with the split of a huge one. */
const PAGE = ['__cpa_addr', '__change_page_attr'] as const;
const HUGE = ['should_split_large_page', '__should_split_large_page', 'try_preserve_large_page'] as const;
const SPLIT = ['split_large_page', '__split_large_page'] as const;

/** How far a request goes. */
export interface Course {
  /** It meets huge pages, and asks whether they can stay whole. */
  readonly huge?: boolean;
  /** It splits some. 'forced': because it has to (force_split), without asking how far the request goes. */
  readonly split?: boolean | 'forced' | 'fails';
  /** False: only NX changes, or the caller wants none. */
  readonly alias?: boolean;
  readonly flush?: 'range' | 'array' | 'all' | 'none';
}

/** change_page_attr_set_clr() and everything under it. */
export function requestReaches({
  huge = true,
  split = huge,
  alias = true,
  flush = 'range',
}: Course): readonly string[] {
  return [
    'change_page_attr_set_clr',
    ...pagesReach({ huge, split, alias }),
    ...(flush === 'range' ? ['cpa_flush', 'cpa_flush_range'] : []),
    ...(flush === 'array' ? ['cpa_flush', 'cpa_flush_array'] : []),
    ...(flush === 'all' ? ['cpa_flush', 'cpa_flush_all'] : []),
  ];
}

/** __change_page_attr_set_clr() and everything under it. */
export function pagesReach({ huge = true, split = huge, alias = true }: Course): readonly string[] {
  const asks = split === 'forced' ? HUGE.filter((name) => !name.startsWith('__')) : HUGE;
  return [
    '__change_page_attr_set_clr',
    ...PAGE.slice().reverse(),
    ...(huge ? asks : []),
    ...(split ? (split === 'fails' ? SPLIT.slice(0, 1) : SPLIT) : []),
    ...(alias ? ['cpa_process_alias'] : []),
  ];
}
