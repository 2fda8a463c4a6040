/**
 * A simulator that does not share a processor's time with what sends to it.
 */
import type { SimulatorOptions } from '../../src/simulator/index.ts';
import { builtModule, ownTask, tellParent } from '../child.ts';

/** Where the simulator is, and who may ask it. */
export interface SimulatorAccess {
  readonly connectUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What has come in so far. */
export interface SimulatorCounts {
  /** Requests that were answered with 200. */
  readonly accepted: number;
  /** Items in them. */
  readonly items: number;
  /** Requests that were answered with 429. */
  readonly turnedAway: number;
}

type SimulatorRoom = typeof import('../../src/simulator/index.ts');

const { Simulator, defaultClient } = (await import(builtModule('simulator', 'index.js'))) as SimulatorRoom;
const simulator = await Simulator.start(ownTask<SimulatorOptions>());

function counts(): SimulatorCounts {
  const accepted = simulator.requests.filter(({ status }) => status === 200);
  return {
    accepted: accepted.length,
    items: accepted.reduce((sum, request) => sum + request.items, 0),
    turnedAway: simulator.requests.filter(({ status }) => status === 429).length,
  };
}

process.on('message', () => void tellParent(counts()));
process.once('disconnect', () => void simulator.close());
const { connectUrl, tokenUrl } = simulator;
const { id: clientId, secret: clientSecret } = defaultClient;
await tellParent({ connectUrl, tokenUrl, clientId, clientSecret } satisfies SimulatorAccess);
