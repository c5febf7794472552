/** What --help prints. Fits 80 columns and one screen. */
export const HELP = `Runs Linux kernel patches that touch the direct mapping under Intel MKTME on a
simulated machine, and says on the patch line what goes wrong.

Usage: mktme-review [review] [OPTION]... [FILE|DIR|A..B|SHA|-]...
       mktme-review simulate SCENARIO.json|-

Reads diffs, format-patch or git show output, mails, mboxes and saved list
archive pages, recognised by content. Without an input: standard input.

  -f, --format FORMAT   text (default), terse, json, sarif, reply, html, check
  -k, --kernel DIR      kernel tree or git clone: whole functions instead of
                        hunks; needed for A..B and SHA
      --fail-on LEVEL   exit with 1 from this severity on: error (default),
                        warning, never
      --rule SLUG       only this rule (may be repeated)
      --no-rule SLUG    not this rule (may be repeated)
      --sync NAME[:RANGE[:inclusive]]
                        a function that syncs the direct mappings; RANGE is
                        start-end (default), start-size, start-pages, pfn-pages,
                        none. Default: sync_direct_mapping (may be repeated)
      --skip-scenario ID
                        do not run it; the first part of an id, such as boot,
                        names all of a kind (may be repeated)
      --keyids N        KeyIDs of the simulated machine, 1 to 63
      --levels 4|5|4,5  paging levels of the simulated machine
      --color WHEN      auto (default), always, never; NO_COLOR is honoured
  -q, --quiet           findings only: no summary, no pictures
  -V, --version
  -h, --help

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or
unreadable input.

Examples:
  mktme-review v2-0018-sync.patch
  mktme-review --kernel ~/linux --format html HEAD~3..HEAD > report.html
  b4 am -o - MESSAGE-ID | mktme-review -
`;
