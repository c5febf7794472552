/** One pattern per look, shared by every drawing of the page. Told apart by shape alone: grid, hatch to the right, hatch to the left, cross, dots. */
export function PatternDefs() {
  return (
    <svg class="defs" width="0" height="0" aria-hidden="true">
      <Patterns />
    </svg>
  );
}

export function Patterns() {
  return (
    <defs>
      <pattern id="look-changed" class="p-changed" width="6" height="6" patternUnits="userSpaceOnUse">
        <path d="M2 0V6M0 2H6" />
      </pattern>
      <pattern id="look-stale" class="p-stale" width="7" height="7" patternUnits="userSpaceOnUse">
        <path d="M-1 8L8 -1M-1 1L1 -1M6 8L8 6" />
      </pattern>
      <pattern id="look-extra" class="p-extra" width="7" height="7" patternUnits="userSpaceOnUse">
        <path d="M-1 -1L8 8M6 -1L8 1M-1 6L1 8" />
      </pattern>
      <pattern id="look-hole" class="p-hole" width="12" height="12" patternUnits="userSpaceOnUse">
        <path d="M0 0L12 12M12 0L0 12" />
      </pattern>
      <pattern id="look-swept" class="p-swept" width="6" height="6" patternUnits="userSpaceOnUse">
        <circle cx="3" cy="3" r="1.1" />
      </pattern>
    </defs>
  );
}
