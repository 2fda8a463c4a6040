/**
 * Deploys a working Node-RED again and again, and judges what has become of the messages and of the process.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Simulator } from '../../../src/simulator/index.ts';
import { Random } from '../shapes.ts';
import { ChangingFlow, importerIds, limit } from './flow.ts';
import { judgeLeaks, judgeLimit, judgeMessages, type Outcomes } from './judge.ts';
import { deployTypes, LoadedNodeRed } from './loaded-node-red.ts';
import type { Counts, Handed, Holdings, Told } from './report.ts';

/** What a run has found out. */
export interface Result {
  readonly seed: number;
  readonly deploys: number;
  /** Seconds from the first deploy to the last. */
  readonly time: number;
  readonly types: Counts;
  readonly changes: Counts;
  readonly outcomes: Outcomes;
  /** Requests that Connect received, and those that it disturbed on purpose. */
  readonly requests: number;
  readonly disturbed: number;
  readonly before: Holdings;
  readonly after: Holdings;
  /** One sentence each. */
  readonly faults: readonly string[];
}

/** Milliseconds that stand for a minute. */
export const minute = 2000;
/** Milliseconds after which Connect answers. */
export const latency = { minimum: 10, maximum: 200 };
export const itemsPerMessage = 6;
/** Milliseconds between two messages: the first customer's limit is less than what they need. */
export const pause = 30;
/** Milliseconds between two deploys at most. */
const longestBreak = 1000;
/** Milliseconds in which everything must have come to rest: many windows, and all attempts of a request. */
const longestEnd = 60_000;

const disturbances = ['lostAnswer', 'serverError', 'unavailable', 'reset'] as const;

function startSimulator(): Promise<Simulator> {
  return Simulator.start({ mood: 'kind', timeScale: 60_000 / minute, requestLimit: limit, latency });
}

/** A running test: a Node-RED, two customers and a flow that changes. */
class Run {
  readonly #nodeRed: LoadedNodeRed;
  readonly #simulators: readonly [Simulator, Simulator];
  readonly #flow: ChangingFlow;
  readonly #random: Random;
  readonly #types: Record<string, number> = {};
  readonly #changes: Record<string, number> = {};
  readonly #records: { readonly handed: Handed[]; readonly told: Told[] } = { handed: [], told: [] };
  #disturbed = 0;

  constructor(nodeRed: LoadedNodeRed, simulators: readonly [Simulator, Simulator], seed: number) {
    const [first, second] = simulators;
    this.#nodeRed = nodeRed;
    this.#simulators = simulators;
    this.#flow = new ChangingFlow({ first, second });
    this.#random = new Random(seed);
  }

  async go(deploys: number, onDeploy: (done: number) => void): Promise<Omit<Result, 'seed' | 'deploys'>> {
    const before = await this.#begin();
    await this.#nodeRed.ask('work');
    const begin = performance.now();
    for (let done = 1; done < deploys; done++) {
      await wait(this.#random.whole(longestBreak));
      await this.#deployChange();
      onDeploy(done);
    }
    const time = (performance.now() - begin) / 1000;
    const after = await this.#end();
    onDeploy(deploys);
    const { outcomes, faults } = judgeMessages(this.#records, itemsPerMessage, this.#simulators);
    return {
      time,
      types: this.#types,
      changes: this.#changes,
      outcomes,
      requests: this.#simulators.reduce((sum, { requests }) => sum + requests.length, 0),
      disturbed: this.#disturbed,
      before,
      after,
      faults: [...faults, ...judgeLimit(this.#simulators, limit, minute), ...judgeLeaks(before, after)],
    };
  }

  /** What the process holds when it has worked and been deployed before, so that everything has been loaded. */
  async #begin(): Promise<Holdings> {
    await this.#nodeRed.deploy(this.#flow.nodes(), 'full');
    await this.#nodeRed.ask('work');
    await wait(minute);
    return this.#end();
  }

  /** Comes to rest with the flow as it was first. */
  async #end(): Promise<Holdings> {
    this.#flow.restore();
    await this.#deploy('full');
    await this.#nodeRed.ask('rest');
    await this.#nodeRed.ask('quiet', longestEnd);
    // Taken out before looking at the heap: they are the test's.
    const { handed, told } = await this.#nodeRed.ask('records');
    this.#records.handed.push(...handed);
    this.#records.told.push(...told);
    return this.#nodeRed.ask('holdings');
  }

  async #deployChange(): Promise<void> {
    const change = this.#flow.change(this.#random);
    this.#changes[change] = (this.#changes[change] ?? 0) + 1;
    if (this.#random.chance(0.3)) {
      const simulator = this.#simulators[this.#random.whole(1)];
      simulator?.faults.add({ kind: disturbances[this.#random.whole(disturbances.length - 1)] ?? 'reset' });
      this.#disturbed += 1;
    }
    await this.#deploy(deployTypes[this.#random.whole(deployTypes.length - 1)] ?? 'full');
  }

  async #deploy(type: (typeof deployTypes)[number]): Promise<void> {
    this.#types[type] = (this.#types[type] ?? 0) + 1;
    await this.#nodeRed.deploy(this.#flow.nodes(), type);
  }
}

/**
 * Deploys a Node-RED that works all the time; it is deployed as it was first at the end.
 *
 * @param seed decides changes and pauses
 * @param onDeploy called after each deploy with the number of those done
 */
export async function deployUnderLoad(
  deploys: number,
  seed: number,
  onDeploy: (done: number) => void = () => undefined,
): Promise<Result> {
  const simulators = [await startSimulator(), await startSimulator()] as const;
  try {
    const nodeRed = await LoadedNodeRed.start({ minute, receivers: importerIds, pause, itemsPerMessage });
    try {
      return { seed, deploys, ...(await new Run(nodeRed, simulators, seed).go(deploys, onDeploy)) };
    } finally {
      await nodeRed.stop();
    }
  } finally {
    for (const simulator of simulators) await simulator.close();
  }
}
