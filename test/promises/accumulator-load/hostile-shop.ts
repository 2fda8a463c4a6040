/**
 * The Connect that accumulators are killed beside: full of records, hostile, struck by faults, and unwilling to write
 * some records at all.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Fault, type MatchedValue, Simulator } from '../../../src/simulator/index.ts';
import { type Random, subjects } from '../shapes.ts';
import { Shopkeeper } from '../shopkeeper.ts';
import { collections, recordsOf } from './collections.ts';
import { isRefused, refusal } from './judge.ts';

/** Hours of Norce's time after which an ended job is no longer listed. */
const retention = 2;

/** Starts it and fills it, with no request of the last minute left. */
export async function startHostileShop(minute: number, random: Random): Promise<Simulator> {
  const timeScale = 60_000 / minute;
  const simulator = await Simulator.start({
    mood: 'hostile',
    timeScale,
    tokenLifetime: 3600 * timeScale,
    jobRetention: retention * 3600,
    latency: { minimum: 0, maximum: 4 },
  });
  const shopkeeper = new Shopkeeper(simulator);
  await shopkeeper.stock(recordsOf(collections.filter((each) => each.supplierId === undefined)), random);
  for (const { supplierId, records } of collections) {
    if (supplierId !== undefined) await shopkeeper.stockSupplier(supplierId, records, random);
  }
  for (const collection of collections) {
    for (const record of collection.records.filter((name) => isRefused(collection, name))) {
      const match = subjects[collection.import].keys(record) as Record<string, MatchedValue>;
      simulator.outcomes.addItem({ import: collection.import, match, severity: 'error', message: refusal });
    }
  }
  await wait(minute * 1.1);
  return simulator;
}

const faults: readonly Fault[] = [
  { kind: 'lostAnswer', path: '/Import', share: 0.05 },
  { kind: 'reset', at: 'taken', path: '/Import', share: 0.03 },
  { kind: 'reset', at: 'start', path: '/Import', share: 0.03 },
  { kind: 'truncated', path: '/Import', share: 0.02 },
  { kind: 'malformed', path: '/Import', share: 0.02 },
  { kind: 'stall', at: 'taken', path: '/Import', share: 0.01 },
  { kind: 'status', status: 503, path: '/Import', share: 0.03 },
  { kind: 'status', status: 500, carriedOut: true, path: '/Import', share: 0.02 },
  { kind: 'failedJob', path: '/Import', share: 0.03 },
  { kind: 'serverError', path: '/Job/', share: 0.04 },
  { kind: 'reset', path: '/Job/', share: 0.03 },
];

/** From now on requests meet faults, until they are cleared. */
export function strike(simulator: Simulator): void {
  for (const fault of faults) simulator.faults.add({ ...fault, count: Number.POSITIVE_INFINITY });
}
