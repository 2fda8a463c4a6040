/**
 * A machine whose time passes as a test wants it.
 */
import type { MachineClock, Moment } from '../../../src/store/sqlite/machine-clock.ts';

/** A machine whose clock can be set, and that can be started anew. */
export class Machine implements MachineClock {
  readonly uptimeResolution = 20;
  #now = 1_000_000_000;
  #wallOffset = 700_000_000_000;
  #startedAt = 999_000_000;

  moment(): Moment {
    const uptime = this.#now - this.#startedAt;
    // What a reading shows may be old.
    return { wall: this.#now + this.#wallOffset, uptime: uptime - (uptime % this.uptimeResolution) };
  }

  pass(time: number): void {
    this.#now += time;
  }

  set(by: number): void {
    this.#wallOffset += by;
  }

  reboot(): void {
    this.#startedAt = this.#now;
  }
}
