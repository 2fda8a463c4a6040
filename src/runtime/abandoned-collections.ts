/**
 * Names in the log what accumulators have collected that no accumulator keeps any more: its node was deleted or
 * disabled, or has been given another collection, import or connection.
 */
import { existsSync } from 'node:fs';
import type { NodeAPI } from 'node-red';
import type { AbandonedCollection, Accumulators } from '../accumulator/index.ts';
import { asError } from '../errors.ts';
import type { FeedState } from '../store/index.ts';
import { servicesOf, storeFileOf } from './services.ts';

/** Those of each store that have been named, until they are kept again. */
const named = new WeakMap<Accumulators, ReadonlySet<number>>();

/** A Node-RED may register its nodes several times: what it has given last counts. */
const watched = new WeakMap<object, NodeAPI>();

const feedStates: Readonly<Record<FeedState, string>> = {
  collecting: 'not whole yet',
  checking: 'not checked yet',
  held: 'held',
  ready: 'ready to be sent',
  sending: 'on its way',
};

function itemsText(count: number): string {
  return count === 1 ? '1 item' : `${count} items`;
}

function contentsOf({ waiting, failed, feeds, batch }: AbandonedCollection): string {
  const parts = [
    ...(waiting.items > 0 ? [`waiting: ${itemsText(waiting.items)}`] : []),
    ...(failed.items > 0 ? [`failed: ${itemsText(failed.items)}`] : []),
    ...(batch === undefined ? [] : [`a batch that nobody sends: ${itemsText(batch.collected.items)}`]),
    ...feeds.map(
      ({ state, items, collected, hold }) =>
        `a full feed, ${feedStates[state]}${hold === null ? '' : ` (${hold.code})`}: ${itemsText(items ?? collected.items)}`,
    ),
  ];
  return parts.join('; ');
}

async function tell(RED: NodeAPI): Promise<void> {
  const { accumulators } = servicesOf(RED);
  const abandoned = await accumulators.abandoned();
  for (const collection of abandoned) {
    const { id, name, import: importName, scope } = collection;
    if (named.get(accumulators)?.has(id)) continue;
    RED.log.warn(
      `No accumulator keeps the collection "${name}" (${importName}, ${scope}), and what it holds is not sent. ${contentsOf(collection)}. Give an accumulator this collection, import and connection to have it sent, or to throw it away.`,
    );
  }
  named.set(accumulators, new Set(abandoned.map(({ id }) => id)));
}

/** Looks whenever flows have started; where nothing was ever collected nothing is opened. */
export function watchAbandonedCollections(RED: NodeAPI): void {
  const { events } = RED;
  const isWatched = watched.has(events);
  watched.set(events, RED);
  if (isWatched) return;
  events.on('flows:started', () => {
    const latest = watched.get(events) ?? RED;
    const file = storeFileOf(latest);
    if (file === undefined || !existsSync(file)) return;
    tell(latest).catch((thrown: unknown) =>
      latest.log.warn(`Collections cannot be looked at: ${asError(thrown).message}`),
    );
  });
}
