/** What the suite leaves behind in the file that VSCODE_TEST_RESULT names; without it a run counts as failed. */
export type SuiteResult = {
  readonly version: string;
  readonly where: string;
  readonly passed: number;
  readonly pending: number;
  readonly failures: readonly { readonly title: string; readonly error: string }[];
};
