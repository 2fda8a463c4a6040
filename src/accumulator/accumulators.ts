/**
 * All accumulators of one store: each collection has one at most, and what one of them ends may let another begin.
 */
import type { Clock } from '../connection/index.ts';
import { ConnectError } from '../errors.ts';
import { Desk } from '../jobs/index.ts';
import type { BatchSender, BatchSummary } from '../sending/index.ts';
import type { Batch, BatchOutcome, Collection, CollectionName, Feed, Store } from '../store/index.ts';
import { Collecting } from './collecting.ts';
import { sealFeed } from './feeds/seal.ts';
import { batchBounds, merger, seal, withValidSettings } from './sealing/index.ts';
import type { Accumulator, AccumulatorListener, AccumulatorSettings } from './types.ts';

/** What accumulators need from outside. */
export interface AccumulatorsOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Length of a minute in milliseconds. */
  readonly minute: number;
  /** Sends the batches. */
  readonly sender: Pick<BatchSender, 'sendingOf' | 'listen'>;
}

/** A collection that has no accumulator, and what it holds. */
export interface AbandonedCollection extends Collection {
  /** Full feeds that have not gone out, oldest first. */
  readonly feeds: readonly Feed[];
  /** Its batch that has not ended, where nobody sends it. */
  readonly batch: Batch | undefined;
}

function keyOf({ scope, import: name, name: collection }: CollectionName): string {
  return JSON.stringify([scope, name, collection]);
}

/** The accumulators of one store. */
export class Accumulators {
  readonly #options: AccumulatorsOptions;
  readonly #outcomes: Desk<BatchOutcome>;
  readonly #attached = new Map<string, Collecting>();

  constructor(options: AccumulatorsOptions) {
    const { store, clock, minute } = options;
    this.#options = options;
    this.#outcomes = new Desk<BatchOutcome>(
      {
        due: (collectionId) => store.batches.outcomes(Number(collectionId)),
        claim: (id) => store.batches.claimOutcome(id),
        finish: (id) => store.batches.finishOutcome(id),
      },
      clock,
      minute,
    );
    options.sender.listen(() => this.wake());
  }

  /**
   * Sets an accumulator to work on a collection.
   *
   * @throws ConnectError `COLLECTION_IN_USE` where another one has it, `SCHEDULE_INVALID`, and what `preparation`
   *   throws
   */
  attach(settings: AccumulatorSettings, listener: AccumulatorListener): Accumulator {
    const key = keyOf(settings.collection);
    if (this.#attached.has(key)) {
      const { name } = settings.collection;
      throw new ConnectError(
        'COLLECTION_IN_USE',
        `Another accumulator keeps the collection "${name}" of this import and connection. Give each its own, or wire both flows to one accumulator.`,
        { details: { collection: name } },
      );
    }
    const { store, clock, minute, sender } = this.#options;
    const collecting = new Collecting({
      store,
      clock,
      minute,
      seal: (batch) => this.#seal(batch, settings, listener),
      sendingOf: (batchId) => sender.sendingOf(batchId),
      settings,
      listener,
      terms: batchBounds(settings.options),
      opened: (collection) => this.#serve(collection, listener),
      passedOn: (state) => this.#attached.get(key)?.update(state),
    });
    this.#attached.set(key, collecting);
    return {
      add: (items, whenAdded) => collecting.add(items, whenAdded),
      collect: (items, message) => collecting.collect(items, message),
      confirm: (feedId) => collecting.confirm(feedId),
      flush: () => collecting.flush(),
      requeue: () => collecting.requeue(),
      reset: (what) => collecting.reset(what),
      state: () => collecting.state(),
      detach: () => {
        collecting.detach();
        if (this.#attached.get(key) === collecting) this.#attached.delete(key);
      },
    };
  }

  /** A batch has been taken, goes on, or has ended: whoever waits for that looks again. */
  wake(): void {
    for (const collecting of this.#attached.values()) collecting.wake();
    this.#outcomes.wake();
  }

  /** Collections that hold something to be sent and have no accumulator, for a person to look at. */
  async abandoned(): Promise<readonly AbandonedCollection[]> {
    const { store, sender } = this.#options;
    const unsent = (await store.batches.unfinished()).filter(({ id }) => sender.sendingOf(id) === undefined);
    const found: AbandonedCollection[] = [];
    for (const collection of await store.collections.list()) {
      if (this.#attached.has(keyOf(collection))) continue;
      const batch = unsent.find(({ collectionId }) => collectionId === collection.id);
      // One that is on its way is in a batch.
      const feeds = (await store.feeds.list(collection.id)).filter(({ state }) => state !== 'sending');
      const { waiting, failed } = collection;
      const isEmpty = waiting.items + failed.items + feeds.length === 0 && batch === undefined;
      if (!isEmpty) found.push({ ...collection, feeds, batch });
    }
    return found;
  }

  /** Has a batch sealed; says what stands in the way where that is not the store, which every accumulator shows. */
  async #seal(
    batch: Batch,
    settings: AccumulatorSettings,
    listener: AccumulatorListener,
  ): Promise<Batch | undefined> {
    try {
      return await (batch.feedId === null
        ? this.#sealChanges(batch, settings, listener)
        : this.#sealFeed(batch, listener));
    } catch (thrown) {
      if (thrown instanceof ConnectError && !thrown.code.startsWith('STORE_')) {
        listener.warning(thrown.code, `Batch ${batch.id} cannot be sealed at present. ${thrown.message}`);
      }
      throw thrown;
    }
  }

  async #sealChanges(
    begun: Batch,
    { options }: AccumulatorSettings,
    listener: AccumulatorListener,
  ): Promise<Batch> {
    const { store, clock } = this.#options;
    const { batches } = store;
    const { batch, refusal } = await withValidSettings(begun, options, batches);
    if (refusal !== undefined) {
      const text = `Batch ${batch.id} was begun under settings that are not valid any more, and is sealed under those of now. ${refusal.message}`;
      listener.warning(refusal.code, text);
    }
    const sealed = await seal(batch, { batches, merger, now: () => clock.date() });
    for (const { code, message, count } of sealed.warnings) listener.warning(code, `${message} (${count})`);
    return sealed.batch;
  }

  async #sealFeed(batch: Batch, listener: AccumulatorListener): Promise<Batch | undefined> {
    const { store, clock } = this.#options;
    const sealed = await sealFeed(batch, { store, merger, now: () => clock.date() });
    if (!('sequence' in sealed)) return sealed;
    if (sealed.hold !== null) listener.warning(sealed.hold.code, sealed.hold.message);
    return undefined;
  }

  #serve({ id }: Collection, listener: AccumulatorListener): () => void {
    return this.#outcomes.attach(String(id), {
      availability: () => listener.availability(),
      take: ({ outcome }, isRepeated) => listener.outcome(JSON.parse(outcome) as BatchSummary, isRepeated),
      trouble: (error) => listener.warning('OUTCOMES_NOT_READ', error.message),
    });
  }
}
