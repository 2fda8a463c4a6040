/**
 * Has what waits in one collection sealed when it is time and nothing stands in the way, and offers the batch until
 * somebody has taken it.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import type { Batch, Collection, CollectionState, Feed, NewBatch, Store } from '../store/index.ts';
import { followedLimit } from './followed.ts';
import type { Rules } from './release-rules.ts';
import type { AccumulatorState } from './types.ts';

/** In minutes: the pause until a batch that nobody took is offered again. */
const offerPause = 1;
/** In minutes: until what stood in the way is looked at again, though nobody said that it has gone. */
const obstaclePause = 5 / 60;
/** The wall clock may be set: no time is waited for longer than this, in minutes, without looking at it. */
const longestSleep = 1;

/** What a release works with. */
export interface ReleaseOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Length of a minute in milliseconds. */
  readonly minute: number;
  readonly collection: Collection;
  readonly rules: Rules;
  readonly follows: readonly string[];
  /** How its batches are begun. */
  readonly terms: Omit<NewBatch, 'id' | 'before'>;
  /**
   * Brings a batch from being sealed to sealed; goes on where it was left. Gives nothing for that of a full feed
   * that is held after all.
   */
  readonly seal: (batch: Batch) => Promise<Batch | undefined>;
  /** Full feeds of the collection, oldest first. */
  readonly feeds: () => readonly Feed[];
}

/** Hears how a release goes. */
export interface ReleaseListener {
  availability(): 'open' | 'closed' | Promise<void>;
  offer(batch: Batch): void;
  /** The store has told what waits now. */
  state(state: CollectionState): void;
  changed(): void;
}

type Blocked = AccumulatorState['blocked'];

/** The release of one collection, from its accumulator's beginning to its end. */
export class Release {
  readonly #options: ReleaseOptions;
  readonly #listener: ReleaseListener;
  #state: CollectionState;
  #batch: Batch | undefined;
  #isSending = false;
  /** What is older than a full feed is to go before it. */
  #isFeedNext = false;
  #isLoaded = false;
  #isStale = false;
  #isBusy = false;
  #isAskedAgain = false;
  #isClosed = false;
  #blocked: Blocked;
  #offeredAt = Number.NEGATIVE_INFINITY;
  #cancelWake: () => void = () => undefined;

  constructor(options: ReleaseOptions, listener: ReleaseListener) {
    this.#options = options;
    this.#listener = listener;
    this.#state = options.collection;
  }

  /** The batch that has not ended, as it was seen last, and whether this process sends it. */
  get batch(): { readonly batch: Batch; readonly isSending: boolean } | undefined {
    return this.#batch && { batch: this.#batch, isSending: this.#isSending };
  }

  get blocked(): Blocked {
    return this.#blocked;
  }

  /** What waits has changed. */
  update(state: CollectionState): void {
    this.#state = state;
    if (this.#batch === undefined) this.wake();
  }

  /** Something may have changed in the store: the end of a full feed lets changes of its whole lane wait again. */
  refresh(): void {
    this.#isStale = true;
    this.wake();
  }

  /** Something may be due. */
  wake(): void {
    this.#isAskedAgain = true;
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    void this.#run().finally(() => {
      this.#isBusy = false;
      if (this.#isAskedAgain) this.wake();
    });
  }

  /** Begins nothing more. What is being sealed goes on to the end of its step. */
  close(): void {
    this.#isClosed = true;
    this.#cancelWake();
  }

  async #run(): Promise<void> {
    this.#cancelWake();
    try {
      while (this.#isAskedAgain && !this.#isClosed) {
        this.#isAskedAgain = false;
        await this.#step();
      }
    } catch (thrown) {
      const error = asError(thrown);
      const code = error instanceof ConnectError ? { code: error.code } : {};
      this.#block({ by: 'store', ...code, message: error.message });
      this.#sleep(obstaclePause * this.#options.minute);
    }
    this.#listener.changed();
  }

  async #step(): Promise<void> {
    if (!this.#isLoaded) await this.#load();
    if (this.#batch !== undefined) await this.#look(this.#batch);
    if (this.#batch?.state === 'sealing') {
      this.#batch = await this.#options.seal(this.#batch);
      this.#unblock();
      this.#listener.changed();
    }
    if (this.#batch !== undefined) return this.#offer(this.#batch);
    if (this.#isStale) await this.#reload();
    if (!(await this.#beginFeed())) await this.#begin();
  }

  /** A batch that a former process, or a former accumulator, has begun. */
  async #load(): Promise<void> {
    const { store, collection } = this.#options;
    this.#batch = (await store.batches.unfinished()).find(
      ({ collectionId }) => collectionId === collection.id,
    );
    this.#isLoaded = true;
  }

  async #look({ id }: Batch): Promise<void> {
    const { store } = this.#options;
    const found = await store.batches.find(id);
    this.#batch = found === undefined || found.state === 'ended' ? undefined : found;
    this.#isSending = found?.state === 'sending' && found.takenBy?.here === true;
    if (this.#batch === undefined || this.#isSending) this.#offeredAt = Number.NEGATIVE_INFINITY;
    if (this.#batch !== undefined) return;
    await this.#reload();
    this.#unblock();
  }

  async #reload(): Promise<void> {
    const { store, collection } = this.#options;
    this.#isStale = false;
    this.#state = await store.collections.state(collection.id);
    this.#listener.state(this.#state);
  }

  async #offer(batch: Batch): Promise<void> {
    const { clock, minute } = this.#options;
    if (this.#isSending) return this.#sleep(offerPause * minute);
    const isOpen = await this.#isOpen();
    if (this.#isClosed) return;
    const since = clock.now() - this.#offeredAt;
    if (isOpen && since >= offerPause * minute) {
      this.#offeredAt = clock.now();
      this.#listener.offer(batch);
      this.#sleep(offerPause * minute);
    } else {
      this.#sleep(isOpen ? offerPause * minute - since : obstaclePause * minute);
    }
  }

  /** Begins the batch of a full feed that can be sent; says whether there is one. */
  async #beginFeed(): Promise<boolean> {
    const { store, clock, feeds } = this.#options;
    const feed = feeds().find(({ state }) => state === 'ready');
    if (feed === undefined) return false;
    const begun = await store.feeds.begin(feed.id, randomUUID(), clock.date());
    if (typeof begun === 'string') {
      // What is older than the feed goes first, and at once.
      const isOlder = (this.#state.oldestPlace ?? feed.place) < feed.place;
      if (begun === 'older changes wait' && isOlder) this.#isFeedNext = true;
      this.#sleep(obstaclePause * this.#options.minute);
      return false;
    }
    this.#unblock();
    this.#isAskedAgain = true;
    this.#batch = begun;
    return true;
  }

  async #begin(): Promise<void> {
    const { store, clock, collection, rules, follows, terms } = this.#options;
    const { waiting, isFlushAsked } = this.#state;
    const isAsked = waiting.items > 0 && (isFlushAsked || this.#isFeedNext);
    if (!isAsked && !rules.areMet(this.#state, clock.date())) {
      this.#isFeedNext = false;
      this.#unblock();
      const next = rules.nextRelease(this.#state);
      if (next !== undefined) this.#sleep(next - clock.date());
      return;
    }
    const { before, by, isUnderWay } = await followedLimit(store, collection, follows);
    const followed = { by: 'followed collection', ...(by && { collection: by }) } as const;
    if (isUnderWay) return this.#wait(followed);
    const limit = before === undefined ? {} : { before };
    const begun = await store.batches.begin(
      collection.id,
      { id: randomUUID(), ...terms, ...limit },
      clock.date(),
    );
    await this.#reload();
    if (begun === 'lane busy') return this.#wait({ by: 'lane' });
    if (begun === 'too new') return this.#wait(followed);
    this.#unblock();
    this.#isFeedNext &&= this.#state.waiting.items > 0;
    this.#isAskedAgain = true;
    if (begun !== 'nothing waits') this.#batch = begun;
  }

  async #isOpen(): Promise<boolean> {
    for (;;) {
      const availability = this.#listener.availability();
      if (typeof availability === 'string') return availability === 'open';
      await availability;
    }
  }

  #wait(obstacle: Omit<NonNullable<Blocked>, 'since'>): void {
    this.#block(obstacle);
    this.#sleep(obstaclePause * this.#options.minute);
  }

  #block(obstacle: Omit<NonNullable<Blocked>, 'since'>): void {
    const isSame = this.#blocked?.by === obstacle.by && this.#blocked.code === obstacle.code;
    const since = isSame ? this.#blocked?.since : undefined;
    this.#blocked = { ...obstacle, since: since ?? this.#options.clock.date() };
  }

  #unblock(): void {
    this.#blocked = undefined;
  }

  #sleep(delay: number): void {
    const { clock, minute } = this.#options;
    this.#cancelWake();
    if (this.#isClosed) return;
    this.#cancelWake = clock.after(
      Math.max(0, Math.min(delay, longestSleep * minute)),
      () => this.wake(),
      true,
    );
  }
}
