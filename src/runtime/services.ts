/**
 * What all nodes of a Node-RED share and what outlives its deploys: the store in its user folder, and the tracker
 * of the jobs in it.
 */
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { type Accumulators, processAccumulators } from '../accumulator/index.ts';
import { processRegistry } from '../connection/index.ts';
import type { ImportName } from '../contract/index.ts';
import { ConnectError } from '../errors.ts';
import { type JobTracker, processTracker } from '../jobs/index.ts';
import { keysOfItem } from '../prepare/index.ts';
import { type BatchSender, processBatchSender } from '../sending/index.ts';
import { processStore, type Store } from '../store/index.ts';

/** The shared parts. */
export interface Services {
  readonly store: Store;
  readonly tracker: JobTracker;
  readonly sender: BatchSender;
  readonly accumulators: Accumulators;
}

/** Of the store, below Node-RED's user folder. */
const storePath = ['norce-connect', 'store.sqlite'] as const;

/** Where the store of a Node-RED is, or will be; undefined where it has no user folder. */
export function storeFileOf(RED: NodeAPI): string | undefined {
  const { userDir } = RED.settings as { readonly userDir?: string };
  return userDir === undefined || userDir === '' ? undefined : join(userDir, ...storePath);
}

/**
 * The services of a Node-RED; opened when they are asked for first.
 *
 * @throws ConnectError `STORE_FAILED` when Node-RED has no user folder
 */
export function servicesOf(RED: NodeAPI): Services {
  const file = storeFileOf(RED);
  if (file === undefined) {
    throw new ConnectError('STORE_FAILED', 'Node-RED has no user folder (userDir) to keep data in.');
  }
  const store = processStore(file);
  const { clock, minute } = processRegistry();
  const tracker = processTracker({
    store,
    clock,
    minute,
    random: Math.random,
    keysOf: (name) => (row) => keysOfItem(name as ImportName, row),
  });
  const sender = processBatchSender({ ledger: { store, tracker, clock }, minute, random: Math.random });
  const accumulators = processAccumulators({ store, clock, minute, sender });
  return { store, tracker, sender, accumulators };
}
