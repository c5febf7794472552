export const executablePath: string;
export const hasBrowser: boolean;
export const launchOptions: { executablePath: string; args: string[] };
export interface Bundle {
  readonly script: string;
  readonly css: string;
}
export function bundlePage(): Promise<Bundle>;
export function pageHtml(
  bundle: Bundle,
  options?: {
    theme?: { class: string; colors: Record<string, string> };
    embedded?: readonly unknown[] | null;
    kept?: unknown;
  },
): string;
