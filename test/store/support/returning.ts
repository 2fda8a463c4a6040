/**
 * Batches and full feeds from beginning to end, for the tests of what comes back.
 */
import assert from 'node:assert/strict';
import type { CollectionState, FailedLine, NewBatch, Store } from '../../../src/store/index.ts';
import { bytesOf } from '../../support/bytes.ts';
import { begunBatch, type Item, itemsIn, newBlock, newPiece, takenBatch, unbounded } from './batches.ts';

/** None of a request was written. */
export const failure = { all: '{"code":"ITEM_REFUSED"}' };

/** Items come in as one message. */
export function collect(
  store: Store,
  id: number,
  items: readonly Item[],
  supplierId: number | null = null,
): Promise<CollectionState> {
  return store.collections.append(id, newBlock(items, supplierId), unbounded, 10);
}

/** Changes of one record that cannot be joined. */
export function changes(...values: readonly string[]): Item[] {
  return values.map((value) => ['A', JSON.stringify(value)]);
}

/** What becomes of a line when a batch is put together, beside the former lines of its key. */
export type Fate = 'next stage' | 'joined' | 'rejected';

/**
 * What waits goes as one batch; each further item of a key in the next stage, or as is said. Gives what it took.
 *
 * @param fails Whether the request of a stage is not written.
 * @param fateOf What becomes of a text.
 */
export async function send(
  store: Store,
  id: number,
  name: string,
  fails: readonly boolean[] = [],
  particulars: Partial<NewBatch> = {},
  fateOf: (text: string) => Fate = () => 'next stage',
): Promise<Item[]> {
  await begunBatch(store, id, name, particulars);
  const items = itemsIn(await store.batches.partition(name, 0));
  const stages: Map<string, { readonly text: string; readonly line: number }>[] = [];
  const failed: FailedLine[] = [];
  for (const [line, [key, text]] of items.entries()) {
    const fate = fateOf(text);
    if (fate === 'rejected') {
      failed.push({ key, text, reason: '{}', line });
      continue;
    }
    const former = stages.filter((each) => each.has(key)).length;
    const stage = fate === 'joined' && former > 0 ? former - 1 : former;
    stages[stage] ??= new Map();
    stages[stage].set(key, { text, line });
  }
  const pieces = stages.map((each, stage) =>
    newPiece(
      [...each].map(([key, { text }]) => [stage === 0 ? key : `${key}\t["${key}"]`, text]),
      stage,
      stage,
    ),
  );
  const newest = stages.flatMap((each, stage) => [...each].map(([key, { line }]) => ({ key, stage, line })));
  await store.batches.fill(name, 0, pieces, failed, newest, 20);
  await store.batches.sealed(name);
  await takenBatch(store, name);
  for (const stage of stages.keys()) {
    await store.batches.withhold(name, stage, '{"code":"FORMER_CHANGE_FAILED"}', 29);
    await store.batches.endRequest(name, stage, fails[stage] ? failure : undefined, '{}', 30);
  }
  await store.batches.end(name, '{}', 31);
  return items;
}

/** A full feed of one record that can be sent. */
export async function wholeFeed(
  store: Store,
  collectionId: number,
  supplierId: number | null = null,
  key = 'z',
): Promise<number> {
  const lines = `${key}\t"feed"`;
  const blocks = [{ lines, items: 1, bytes: 6 }];
  const portion = { sequence: '', supplierId, begins: false, completes: true, rejected: 0, blocks };
  const { feed } = await store.feeds.append(collectionId, { ...portion, settings: '{}' }, unbounded, 1);
  while (await store.feeds.divide(feed.id, 1000, 1000));
  await store.feeds.join(feed.id, 0, { lines: bytesOf(lines), notes: '{}', names: '', rejected: 0 });
  await store.feeds.decide(feed.id, { counts: new Map([['', 1]]), hold: undefined });
  return feed.id;
}

/** Begins the batch of a feed and fills it. */
export async function fillFeed(store: Store, feedId: number, name: string, key = 'z'): Promise<void> {
  assert.notEqual(typeof (await store.feeds.begin(feedId, name, 40)), 'string');
  await store.feeds.fill(name, 0, [newPiece([[key, '"feed"']])], 'null', 41);
}

/** Ends the batch of a feed, written or not. */
export async function endFeed(store: Store, name: string, end?: typeof failure): Promise<void> {
  await store.batches.endRequest(name, 0, end, '{}', 42);
  await store.batches.end(name, '{}', 43);
}

/** Sends a feed. */
export async function sendFeed(store: Store, feedId: number, key = 'z', end?: typeof failure): Promise<void> {
  await fillFeed(store, feedId, 'feed', key);
  await store.feeds.sealed('feed', '{}');
  await takenBatch(store, 'feed');
  await endFeed(store, 'feed', end);
}

/** What the next batches would be: their suppliers and items. */
export async function upcoming(store: Store, id: number): Promise<[number | null, Item[]][]> {
  const batches: [number | null, Item[]][] = [];
  for (;;) {
    const name = `upcoming ${batches.length}`;
    const begun = await store.batches.begin(id, { id: name, settings: '{}' }, 40);
    if (typeof begun === 'string') return batches;
    batches.push([begun.supplierId, itemsIn(await store.batches.partition(name, 0))]);
    await store.batches.fill(name, 0, [], [], [], 41);
    await store.batches.sealed(name);
    await store.batches.end(name, '{}', 42);
  }
}

/** Values of the record of {@link changes} in the order in which they would go. */
export async function upcomingChanges(store: Store, id: number): Promise<string[]> {
  return (await upcoming(store, id)).flatMap(([, items]) =>
    items.filter(([key]) => key === 'A').map(([, text]) => JSON.parse(text)),
  );
}
