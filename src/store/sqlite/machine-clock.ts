/**
 * The two clocks of a machine that a later process can still make something of.
 */
import { uptime } from 'node:os';

/** Both clocks at one moment, in milliseconds. */
export interface Moment {
  /** Since 1970; jumps when somebody sets the clock. */
  readonly wall: number;
  /** Since the machine started; nobody sets it, but it begins anew. */
  readonly uptime: number;
}

/** A source of moments. */
export interface MachineClock {
  moment(): Moment;
  /** By how much the uptime may be behind, in milliseconds. */
  readonly uptimeResolution: number;
}

/** The clocks of this machine. */
export const machineClock: MachineClock = {
  moment: () => ({ wall: Date.now(), uptime: uptime() * 1000 }),
  // Whole seconds on macOS, hundredths on Linux, up to 16 ms on Windows.
  uptimeResolution: process.platform === 'darwin' ? 1000 : 20,
};

/**
 * Milliseconds that have surely passed between two moments, perhaps of two processes: the lesser of what the clocks
 * say, and never less than nothing. An uptime that went back tells of a restart and nothing else.
 */
export function surelyElapsed(from: Moment, to: Moment, uptimeResolution: number): number {
  const wall = to.wall - from.wall;
  const uptime = to.uptime - from.uptime;
  const elapsed = uptime < 0 ? wall : Math.min(wall, uptime - uptimeResolution);
  return Math.max(0, elapsed);
}
