/**
 * Finds the moments at which a process is to be killed.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Simulator } from '../../../src/simulator/index.ts';
import type { Random } from '../shapes.ts';
import { type Life, operationsOf, type Phase, phases } from './life.ts';

/** What a kill is meant to hit. */
export type Aim = Phase | 'anything';

const allAims: readonly Aim[] = [...phases, 'anything', 'anything', 'anything'];

/** A kill at the start falls within so many milliseconds. */
const longestYouth = 400;
/** A kill without an aim falls within so many milliseconds. */
const longestLife = 2000;
/** A store that cannot be opened is waited for no longer than this, in milliseconds. */
const longestStart = 3000;
/** Operations of the right kind that a kill lets go by at most: commits follow each other closely. */
const mostCommits = 100;
const mostOthers = 4;
/** The longest that a kill waits for what it is aimed at, in milliseconds. */
const longestAim = 2500;

/** The aims of one run. */
export class Aiming {
  readonly #simulator: Simulator;
  readonly #random: Random;
  readonly #aims: readonly Aim[];
  #hear: ((operation: string) => void) | undefined;

  /** @param aims everything unless given */
  constructor(simulator: Simulator, random: Random, aims = allAims) {
    this.#simulator = simulator;
    this.#random = random;
    this.#aims = aims;
  }

  /** An operation of the store begins. */
  hear(operation: string): void {
    this.#hear?.(operation);
  }

  /** Resolves at the moment at which the kill is to fall. */
  async wait(life: Life): Promise<void> {
    const random = this.#random;
    const aim = this.#aims[random.whole(this.#aims.length - 1)] ?? 'anything';
    if (aim === 'start') {
      await wait(random.whole(longestYouth));
      return;
    }
    for (let waited = 0; !life.isReady && !life.isOver && waited < longestStart; waited += 5) await wait(5);
    if (aim === 'anything') await wait(random.whole(longestLife));
    else if (aim === 'accepted, answer not read') await this.#unread(life);
    else
      await this.#operation(
        operationsOf[aim] ?? [],
        random.whole(aim === 'commit' ? mostCommits : mostOthers),
      );
    if (random.chance(0.7)) await wait(random.whole(6));
  }

  /** Jobs whose answer is still on its way, or never comes, as far as the process can tell. */
  unreadJobs({ startedAt, acceptedJobs }: Life): number {
    return this.#simulator.requests
      .slice(-100)
      .filter(
        ({ at, method, jobId, status, fault }) =>
          method === 'POST' &&
          jobId !== null &&
          status === null &&
          at >= startedAt &&
          (fault === null || fault === 'slow' || fault === 'stall') &&
          !acceptedJobs.has(String(jobId)),
      ).length;
  }

  async #operation(operations: readonly string[], skipped: number): Promise<void> {
    let left = skipped;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longestAim);
      this.#hear = (operation) => {
        if (!operations.includes(operation)) return;
        left -= 1;
        if (left >= 0) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#hear = undefined;
  }

  /** Waits until Connect has made a job whose request is still being answered. */
  async #unread(life: Life): Promise<void> {
    const until = performance.now() + longestAim;
    this.#simulator.faults.add({ kind: 'slow', path: '/Import', duration: 200 });
    while (performance.now() < until && this.unreadJobs(life) === 0) await wait(2);
  }
}
