/**
 * What all nodes of a Node-RED share and what outlives its deploys: the store in its user folder, and the tracker
 * of the jobs in it.
 */
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { processRegistry } from '../connection/index.ts';
import type { ImportName } from '../contract/index.ts';
import { ConnectError } from '../errors.ts';
import { type JobTracker, processTracker } from '../jobs/index.ts';
import { keysOfItem } from '../prepare/index.ts';
import { processStore, type Store } from '../store/index.ts';

/** The shared parts. */
export interface Services {
  readonly store: Store;
  readonly tracker: JobTracker;
}

/** Of the store, below Node-RED's user folder. */
const storePath = ['norce-connect', 'store.sqlite'] as const;

/**
 * The services of a Node-RED; opened when they are asked for first.
 *
 * @throws ConnectError `STORE_FAILED` when Node-RED has no user folder
 */
export function servicesOf(RED: NodeAPI): Services {
  const { userDir } = RED.settings as { readonly userDir?: string };
  if (userDir === undefined || userDir === '') {
    throw new ConnectError('STORE_FAILED', 'Node-RED has no user folder (userDir) to keep data in.');
  }
  const store = processStore(join(userDir, ...storePath));
  const { clock, minute } = processRegistry();
  const tracker = processTracker({
    store,
    clock,
    minute,
    random: Math.random,
    keysOf: (name) => (row) => keysOfItem(name as ImportName, row),
  });
  return { store, tracker };
}
