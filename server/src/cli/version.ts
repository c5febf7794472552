/** The name and version that reports carry; a test holds the version to package.json's. */
export const TOOL = { name: 'mktme-review', version: '0.1.0' } as const;

export const HOME_PAGE = 'https://github.com/mktme-patch-review/mktme-patch-review';
