/**
 * Names in the log what accumulators have collected that no accumulator keeps any more: its node was deleted or
 * disabled, or has been given another collection, import or connection.
 */
import { existsSync } from 'node:fs';
import type { NodeAPI } from 'node-red';
import { asError } from '../errors.ts';
import { servicesOf, storeFileOf } from './services.ts';

/** Those that have been named, until they are kept again. */
const named = new Set<number>();

/** A Node-RED may register its nodes several times. */
const watched = new WeakSet<object>();

async function tell(RED: NodeAPI): Promise<void> {
  const abandoned = await servicesOf(RED).accumulators.abandoned();
  for (const { id, name, import: importName, scope, waiting, failed } of abandoned) {
    if (named.has(id)) continue;
    RED.log.warn(
      `The collection "${name}" (${importName}, ${scope}) holds ${waiting.items} items that wait and ${failed.items} that failed, and no accumulator keeps it: they are not sent. Give an accumulator this collection, import and connection to have them sent, or to throw them away.`,
    );
  }
  named.clear();
  for (const { id } of abandoned) named.add(id);
}

/** Looks whenever flows have started; where nothing was ever collected nothing is opened. */
export function watchAbandonedCollections(RED: NodeAPI): void {
  if (watched.has(RED.events)) return;
  watched.add(RED.events);
  RED.events.on('flows:started', () => {
    const file = storeFileOf(RED);
    if (file === undefined || !existsSync(file)) return;
    tell(RED).catch((thrown: unknown) =>
      RED.log.warn(`Collections cannot be looked at: ${asError(thrown).message}`),
    );
  });
}
