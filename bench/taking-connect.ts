/**
 * The handle on a Connect in its own process that takes everything.
 */
import type { ChildProcess } from 'node:child_process';
import { endProcess, messageFrom, startProcess } from './child.ts';
import type { TakenBody } from './processes/connect.ts';
import type { SimulatorAccess } from './processes/simulator.ts';

/** A running one. */
export class TakingConnect {
  readonly access: SimulatorAccess;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, access: SimulatorAccess) {
    this.#child = child;
    this.access = access;
  }

  /** Starts one and waits until it listens. */
  static async start(): Promise<TakingConnect> {
    const child = startProcess('connect', {});
    return new TakingConnect(child, await messageFrom<SimulatorAccess>(child));
  }

  /** What it has taken since the start, in order. */
  async bodies(): Promise<readonly TakenBody[]> {
    const answer = messageFrom<readonly TakenBody[]>(this.#child);
    this.#child.send('bodies');
    return answer;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    await endProcess(this.#child);
  }
}
