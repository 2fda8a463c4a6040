/**
 * Disk faults in a process: calls of its store that fail as those of a broken disk do.
 */
import { has, obstacle } from './commands.ts';

/** A call that fails, and how. */
export interface DiskFault {
  readonly calls: string;
  readonly error: 'EIO' | 'ENOSPC';
}

/** Faults of writing, and of bringing to the disk what was written. */
export const diskFaults: readonly DiskFault[] = [
  { calls: 'fsync,fdatasync', error: 'EIO' },
  { calls: 'fsync,fdatasync', error: 'ENOSPC' },
  { calls: 'pwrite64,write', error: 'EIO' },
  { calls: 'pwrite64,write', error: 'ENOSPC' },
];

/** Why faults cannot be injected on this machine; undefined where they can. */
export function faultObstacle(): string | undefined {
  if (process.platform !== 'linux') return obstacle([]);
  return has('strace') ? undefined : 'missing here: strace';
}

/** What runs a process so that a few calls about the store's files fail, a while after its start. */
export function withFault(storeFile: string, { calls, error }: DiskFault, from: number): readonly string[] {
  const files = [storeFile, `${storeFile}-wal`].flatMap((file) => ['-P', file]);
  const inject = `inject=${calls}:error=${error}:when=${from}..${from + 3}`;
  return ['strace', '-f', '-qq', '-o', '/dev/null', ...files, '-e', `trace=${calls}`, '-e', inject];
}
