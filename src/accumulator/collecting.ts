/**
 * One accumulator at work: takes items in, keeps its collection's numbers, and has it released.
 */
import { imports } from '../contract/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { ItemsCheck, type Preparation, preparation, type RejectedItem } from '../prepare/index.ts';
import { offerOf, type SendingState } from '../sending/index.ts';
import type { Collection, CollectionState, Feed } from '../store/index.ts';
import { Additions, type Settling } from './additions.ts';
import { Appender } from './appender.ts';
import { FeedKeeper } from './feeds/keeper.ts';
import { keptOf, mostRejected } from './kept-items.ts';
import { type Lines, Portions } from './portions.ts';
import { Release, type ReleaseOptions } from './release.ts';
import { Rules } from './release-rules.ts';
import { Turns } from './turns.ts';
import type {
  Accumulator,
  AccumulatorListener,
  AccumulatorSettings,
  AccumulatorState,
  Added,
  FeedAdded,
  FeedMessage,
  FeedState,
  ResetTarget,
  WhenAdded,
} from './types.ts';

/** What an accumulator is given by those who keep all of them. */
export interface CollectingOptions extends Pick<ReleaseOptions, 'store' | 'clock' | 'minute' | 'seal'> {
  readonly settings: AccumulatorSettings;
  readonly listener: AccumulatorListener;
  readonly terms: Omit<ReleaseOptions['terms'], 'settings'>;
  /** Its collection is known, from now on to the call of what comes back. */
  readonly opened: (collection: Collection) => () => void;
  /** The store has told what the collection holds though this accumulator has been detached: for its successor. */
  readonly passedOn: (state: CollectionState) => void;
  /** How a batch's sending stands, where this process sends it. */
  readonly sendingOf: (batchId: string) => SendingState | undefined;
}

/** In minutes: the pause until a store that failed is asked again. */
const openPause = 5 / 60;

const nothing = { items: 0, bytes: 0 };

/** A feed as it is shown. */
function feedStateOf({ id, sequence, state, beganAt, collected, items, parts, hold }: Feed): FeedState {
  return { id, sequence, state, beganAt, collected, items, parts, hold };
}

/** The accumulator of one collection. */
export class Collecting implements Accumulator {
  readonly #options: CollectingOptions;
  readonly #preparation: Preparation;
  readonly #rules: Rules;
  readonly #appender: Appender;
  readonly #turns = new Turns();
  readonly #additions = new Additions({
    keep: (rejected) => this.#keep(rejected),
    ended: () => this.#turns.ended(),
  });
  #collection: Promise<Collection> | undefined;
  #release: Release | undefined;
  #keeper: FeedKeeper | undefined;
  #numbers: CollectionState | undefined;
  #trouble: { readonly code?: string; readonly message: string; readonly since: number } | undefined;
  #isDetached = false;
  #cancelRetry: () => void = () => undefined;
  #leave: () => void = () => undefined;

  /** @throws ConnectError `SCHEDULE_INVALID`, and what {@link preparation} throws */
  constructor(options: CollectingOptions) {
    this.#options = options;
    this.#preparation = preparation(options.settings.options);
    this.#rules = new Rules(options.settings.rules);
    this.#appender = new Appender(async (block) => {
      const { store, clock, settings } = this.#options;
      const { id } = await this.#opened();
      this.update(await store.collections.append(id, block, settings.most, clock.date()));
    });
    void this.#begin();
  }

  add(items: readonly unknown[], whenAdded?: WhenAdded): Promise<Added> {
    return new Promise((resolve, reject) => {
      const portions = new Portions();
      const check = new ItemsCheck(items, this.#preparation, portions);
      const append = (lines: readonly Lines[]) =>
        this.#append(lines, { added: portions.items, rejected: check.rejected }, whenAdded, {
          resolve,
          reject,
        });
      // Whatever becomes of the message from now on changes nothing in what is kept of it.
      if (check.begin()) {
        const lines = portions.end();
        this.#turns.begin(() => append(lines));
        return;
      }
      const finish = async () => {
        await check.finish();
        return portions.end();
      };
      this.#turns.prepare(finish, append).catch(reject);
    });
  }

  collect(items: readonly unknown[], message: FeedMessage): Promise<FeedAdded> {
    const given = [...items];
    return this.#turns.alone(async () => {
      await this.#opened();
      const { feed, ...added } = await this.#feeds().add(given, message);
      if (added.rejected.length > 0) await this.#keep(added.rejected);
      return { ...added, feed: feedStateOf(feed) };
    });
  }

  confirm(feedId: number): Promise<boolean> {
    return this.#turns.alone(async () => {
      await this.#opened();
      return this.#feeds().confirm(feedId);
    });
  }

  flush(): Promise<void> {
    return this.#turns.alone(async () => {
      const { collections } = this.#options.store;
      const { id } = await this.#opened();
      this.update(await collections.flush(id));
    });
  }

  requeue(): Promise<{ readonly requeued: number; readonly replaced: number }> {
    return this.#turns.alone(async () => {
      const { store, clock } = this.#options;
      const { id } = await this.#opened();
      const counts = await store.collections.requeue(id, clock.date());
      this.update(await store.collections.state(id));
      return counts;
    });
  }

  reset(what: ResetTarget): Promise<number> {
    return this.#turns.alone(async () => {
      const { collections } = this.#options.store;
      const { id } = await this.#opened();
      if (what === 'feeds') return this.#feeds().discard();
      const discarded =
        what === 'waiting' ? await collections.discardWaiting(id) : await collections.discardKept(id, what);
      this.update(await collections.state(id));
      return discarded;
    });
  }

  state(): AccumulatorState {
    const { waiting = nothing, oldestAt, failed = nothing, rejected = nothing } = this.#numbers ?? {};
    return {
      waiting,
      oldestAt,
      failed,
      rejected,
      feeds: (this.#keeper?.feeds ?? []).map(feedStateOf),
      nextRelease: this.#rules.nextRelease({ waiting, oldestAt }),
      ...this.#batchState(),
    };
  }

  detach(): void {
    if (this.#isDetached) return;
    this.#isDetached = true;
    this.#cancelRetry();
    this.#release?.close();
    this.#keeper?.close();
    this.#leave();
  }

  /** Something may be due: a lane is free, or a batch has changed. */
  wake(): void {
    this.#release?.refresh();
    this.#keeper?.look();
    this.#tellChange();
  }

  /** The store has told what the collection holds. */
  update(state: CollectionState): void {
    if (this.#isDetached) {
      this.#options.passedOn(state);
      return;
    }
    this.#numbers = state;
    this.#release?.update(state);
    this.#tellChange();
  }

  #append(lines: readonly Lines[], added: Added, whenAdded: WhenAdded | undefined, settling: Settling): void {
    const supplierId = this.#options.settings.options.supplierId ?? null;
    this.#appender.add(lines, supplierId, this.#additions.begin(added, whenAdded, settling));
  }

  #batchState(): Pick<AccumulatorState, 'batch' | 'blocked'> {
    const current = this.#release?.batch;
    const trouble = this.#trouble && ({ by: 'store', ...this.#trouble } as const);
    if (current === undefined) return { batch: undefined, blocked: trouble ?? this.#release?.blocked };
    const { batch, isSending } = current;
    const { id, merged, collected } = batch;
    const sending = isSending ? this.#options.sendingOf(id) : undefined;
    const state =
      batch.state === 'sealing'
        ? 'sealing'
        : !isSending
          ? 'not taken'
          : sending?.isInJob
            ? 'in job'
            : 'sending';
    const blocked = trouble ?? this.#release?.blocked;
    return {
      batch: {
        id,
        state,
        items: state === 'sealing' ? collected.items : merged.items,
        ...(sending && { requests: sending.requests }),
      },
      blocked: blocked ?? (sending?.blocked && { by: 'Connect', ...sending.blocked }),
    };
  }

  /** The collection, opened once; a store that failed is asked again by the next call. */
  #opened(): Promise<Collection> {
    this.#collection ??= this.#open().catch((thrown: unknown) => {
      this.#collection = undefined;
      throw thrown;
    });
    return this.#collection;
  }

  async #open(): Promise<Collection> {
    const { store, clock, minute, settings, terms, seal, opened, listener } = this.#options;
    const text = JSON.stringify(settings.options);
    const collection = await store.collections.open(settings.collection, text);
    if (this.#isDetached) throw new ConnectError('NOT_SENT', 'The accumulator has been closed.');
    this.#numbers = collection;
    this.#release = new Release(
      {
        store,
        clock,
        minute,
        collection,
        rules: this.#rules,
        follows: settings.follows,
        terms: { ...terms, settings: text },
        seal,
        feeds: () => this.#keeper?.feeds ?? [],
      },
      {
        availability: () => listener.availability(),
        offer: (batch) => listener.batch(offerOf(batch)),
        state: (state) => {
          this.#numbers = state;
        },
        changed: () => this.#tellChange(),
      },
    );
    this.#leave = opened(collection);
    if ('fullFile' in imports[settings.options.import]) {
      this.#keeper = new FeedKeeper({
        store,
        clock,
        minute,
        settings,
        collection,
        changed: () => {
          this.#release?.wake();
          this.#tellChange();
        },
        warning: (code, message) => listener.warning(code, message),
      });
      this.#keeper.look();
    }
    this.#release.wake();
    return collection;
  }

  /** @throws ConnectError `FULL_FILE_NOT_SUPPORTED` */
  #feeds(): FeedKeeper {
    if (this.#keeper !== undefined) return this.#keeper;
    const { options } = this.#options.settings;
    throw new ConnectError('FULL_FILE_NOT_SUPPORTED', `${options.import} has no full feed in Connect.`);
  }

  /** Opens the collection without anybody waiting for it, and goes on trying. */
  async #begin(): Promise<void> {
    const { clock, minute } = this.#options;
    try {
      await this.#opened();
      this.#trouble = undefined;
    } catch (thrown) {
      if (this.#isDetached) return;
      const error = asError(thrown);
      const code = error instanceof ConnectError ? { code: error.code } : {};
      this.#trouble = { ...code, message: error.message, since: this.#trouble?.since ?? clock.date() };
      this.#cancelRetry = clock.after(openPause * minute, () => void this.#begin(), true);
    }
    this.#tellChange();
  }

  async #keep(rejected: readonly RejectedItem[]): Promise<void> {
    const { store, clock, listener } = this.#options;
    try {
      const { id } = await this.#opened();
      const kept = rejected.slice(-mostRejected.items).map(keptOf);
      this.update(await store.collections.reject(id, kept, mostRejected, clock.date()));
    } catch (thrown) {
      // They leave by the second port all the same, and what was right is on disk.
      listener.warning('REJECTED_NOT_KEPT', `Rejected items could not be kept: ${asError(thrown).message}`);
    }
  }

  #tellChange(): void {
    if (!this.#isDetached) this.#options.listener.changed(this.state());
  }
}
