/** What the suite leaves behind in the file that VSCODE_TEST_RESULT names; without it a run counts as failed. */
export type SuiteResult = {
  readonly version: string;
  readonly where: string;
  readonly passed: number;
  readonly pending: number;
  /** What was measured, a line each. */
  readonly notes: readonly string[];
  readonly failures: readonly { readonly title: string; readonly error: string }[];
};

/** Filled while the tests run; the extension host's own output is nobody's to see. */
export const notes: string[] = [];
