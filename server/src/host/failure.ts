/**
 * Something the user has to put right: what, where, what to do, in one line. Thrown anywhere in the command and printed by the
 * entry point; everything else that is thrown is a fault of ours.
 */
export class Failure extends Error {}

/** What a file-system or process error says, without its stack and its errno dressing. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  switch (code) {
    case 'ENOENT':
      return 'no such file or directory';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'is a directory';
    case 'ENOTDIR':
      return 'not a directory';
    case 'ELOOP':
      return 'too many symbolic links';
    case 'ERR_FS_FILE_TOO_LARGE':
      return 'larger than 2 GiB';
    default:
      return String(error instanceof Error ? error.message : error).split('\n')[0] ?? 'unknown reason';
  }
}
