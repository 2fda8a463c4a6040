/**
 * The handle on a simulator in its own process.
 */
import type { ChildProcess } from 'node:child_process';
import type { SimulatorOptions } from '../src/simulator/index.ts';
import { endProcess, messageFrom, startProcess } from './child.ts';
import type { SimulatorAccess, SimulatorCounts } from './processes/simulator.ts';

/** A running simulator. */
export class BenchSimulator {
  readonly access: SimulatorAccess;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, access: SimulatorAccess) {
    this.#child = child;
    this.access = access;
  }

  /** Starts a simulator and waits until it listens. */
  static async start(options: SimulatorOptions): Promise<BenchSimulator> {
    const child = startProcess('simulator', options);
    return new BenchSimulator(child, await messageFrom<SimulatorAccess>(child));
  }

  /** What has come in since the start. */
  async counts(): Promise<SimulatorCounts> {
    const answer = messageFrom<SimulatorCounts>(this.#child);
    this.#child.send('counts');
    return answer;
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    await endProcess(this.#child);
  }
}
