/**
 * The customer's Connect on the day: hostile, and filled with the records of all sources.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Fault, Simulator } from '../../../src/simulator/index.ts';
import { recordsOf } from '../accumulator-load/collections.ts';
import type { Random } from '../shapes.ts';
import { Shopkeeper } from '../shopkeeper.ts';
import { clientOf } from './flow.ts';
import { collections, latency, limit, minute, scale, sources } from './plan.ts';

/** Starts and fills it; no request of the last minute is left. */
export async function startShop(random: Random): Promise<Simulator> {
  const simulator = await Simulator.start({
    mood: 'hostile',
    timeScale: scale,
    // An hour by the clock of the customer, whose time is scaled as well.
    tokenLifetime: 3600 * scale,
    requestLimit: limit,
    latency,
    clients: [{ id: 'simulator', secret: 'simulator-secret' }, ...sources.map(clientOf)],
  });
  await new Shopkeeper(simulator).stock(recordsOf(collections), random);
  await wait(minute * 1.2);
  return simulator;
}

const faults: readonly Fault[] = [
  { kind: 'lostAnswer', path: '/Import', share: 0.05 },
  { kind: 'reset', at: 'taken', path: '/Import', share: 0.02 },
  { kind: 'reset', at: 'start', path: '/Import', share: 0.02 },
  { kind: 'truncated', path: '/Import', share: 0.01 },
  { kind: 'status', status: 503, path: '/Import', share: 0.02 },
  { kind: 'status', status: 500, carriedOut: true, path: '/Import', share: 0.02 },
  { kind: 'serverError', path: '/Job/', share: 0.02 },
];

/** All day long some requests meet faults, above all the loss of the answer. */
export function strike(simulator: Simulator): void {
  simulator.faults.clear();
  for (const fault of faults) simulator.faults.add({ ...fault, count: Number.POSITIVE_INFINITY });
}

/** From now on every request, and every one for a token, gets 503. */
export function answerUnavailable(simulator: Simulator): void {
  simulator.faults.clear();
  simulator.faults.add({ kind: 'unavailable', match: () => true, count: Number.POSITIVE_INFINITY });
}
