/**
 * Programs of the machine that a test of disks needs.
 */
import { spawnSync } from 'node:child_process';

/** Runs a program to its end; nothing else happens in this process meanwhile. @throws Error with what it said */
export function run(program: string, ...parameters: readonly string[]): void {
  const { status, error, stderr } = spawnSync(program, parameters, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${parameters.join(' ')}: ${stderr.trim()}`);
}

/** Whether a program is there. */
export function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Why a program with the given needs cannot run here; undefined where it can. */
export function obstacle(programs: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'it takes root to mount a file system';
  const missing = programs.filter((program) => !has(program));
  return missing.length === 0 ? undefined : `missing here: ${missing.join(', ')}`;
}
