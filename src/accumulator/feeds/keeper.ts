/**
 * The full feeds of one collection: takes their items in, checks those that are whole, and clears away what is over.
 */
import type { Clock } from '../../connection/index.ts';
import { asError } from '../../errors.ts';
import {
  checkItems,
  defaultShrinkage,
  type Preparation,
  type PrepareOptions,
  preparation,
} from '../../prepare/index.ts';
import type { Collection, Feed, FeedPortion, Store } from '../../store/index.ts';
import { mostRejected } from '../kept-items.ts';
import { Portions } from '../portions.ts';
import { type Merger, merger } from '../sealing/index.ts';
import type { AccumulatorSettings, Added, FeedMessage } from '../types.ts';
import { checkFeed } from './check.ts';

/** In minutes: how long a feed may take from its first item until it is sent. */
const longestLife = 24 * 60;
/** In minutes: the pause between two looks at what has become too old, and after a failure. */
const lookPause = 1;

/** What keeps a collection's feeds. */
export interface FeedKeeperOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Length of a minute in milliseconds. */
  readonly minute: number;
  readonly settings: AccumulatorSettings;
  readonly collection: Collection;
  readonly merger?: Pick<Merger, 'inTurn' | 'join'>;
  /** A feed can be sent, or is held, or has gone. */
  readonly changed: (feeds: readonly Feed[]) => void;
  readonly warning: (code: string, message: string) => void;
}

/** What became of a message of a feed. */
export interface KeptPortion extends Added {
  readonly feed: Feed;
  /** This part was here before: nothing of it was taken again. */
  readonly isRepeated: boolean;
}

/** The feeds of one collection. */
export class FeedKeeper {
  readonly #options: FeedKeeperOptions;
  readonly #preparation: Preparation;
  readonly #text: string;
  #feeds: readonly Feed[] = [];
  #isBusy = false;
  #isAskedAgain = false;
  #isClosed = false;
  #cancelLook: () => void = () => undefined;

  /** @throws ConnectError `FULL_FILE_NOT_SUPPORTED`, and what {@link preparation} throws */
  constructor(options: FeedKeeperOptions) {
    this.#options = options;
    const { options: given } = options.settings;
    const feedOptions: PrepareOptions = { ...given, fullFile: true };
    this.#preparation = preparation(feedOptions);
    this.#text = JSON.stringify(feedOptions);
  }

  /** As they were seen last, oldest first. */
  get feeds(): readonly Feed[] {
    return this.#feeds;
  }

  /**
   * Takes in what a message brings to a feed; resolves when it is on disk.
   *
   * @throws ConnectError `COLLECTION_FULL`, `STORE_…`: then nothing of it is kept
   */
  async add(items: readonly unknown[], message: FeedMessage): Promise<KeptPortion> {
    const { store, clock, settings, collection, warning } = this.#options;
    const portions = new Portions();
    const rejected = await checkItems(items, this.#preparation, portions);
    const portion: FeedPortion = {
      sequence: message.sequence ?? '',
      supplierId: settings.options.supplierId ?? null,
      begins: message.begins ?? false,
      completes: message.completes ?? false,
      ...(message.part === undefined ? {} : { part: message.part }),
      blocks: portions.end(),
      rejected: rejected.length,
      settings: this.#text,
    };
    const { feed, isRepeated, discarded } = await store.feeds.append(
      collection.id,
      portion,
      settings.most,
      clock.date(),
    );
    if (discarded > 0) {
      warning(
        'FULL_FEED_UNFINISHED',
        `A full feed began before the former one was complete: its ${discarded} items were thrown away.`,
      );
    }
    this.look();
    return { added: isRepeated ? 0 : portions.items, rejected: isRepeated ? [] : rejected, feed, isRepeated };
  }

  /** Has a held feed sent all the same; says whether it is one that may be. */
  async confirm(id: number): Promise<boolean> {
    const confirmed = await this.#options.store.feeds.confirm(id);
    await this.#load();
    return confirmed !== undefined;
  }

  /** Throws away what has not gone out; gives the number of feeds. */
  async discard(): Promise<number> {
    const { store, collection } = this.#options;
    let discarded = 0;
    for (const { id } of await store.feeds.list(collection.id)) {
      if (await store.feeds.discard(id)) discarded += 1;
    }
    this.look();
    return discarded;
  }

  /** Something may be to do: a feed is whole, too old, or over. */
  look(): void {
    this.#isAskedAgain = true;
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#cancelLook();
    void this.#run().finally(() => {
      this.#isBusy = false;
      const { clock, minute } = this.#options;
      if (this.#isAskedAgain && !this.#isClosed) this.look();
      else this.#cancelLook = clock.after(lookPause * minute, () => this.look(), true);
    });
  }

  /** Begins nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelLook();
  }

  async #run(): Promise<void> {
    const { warning } = this.#options;
    this.#isAskedAgain = false;
    try {
      await this.#expire();
      await this.#load();
      for (const feed of this.#feeds) {
        if (feed.state === 'checking' && !this.#isClosed) await this.#check(feed);
      }
      while (!this.#isClosed && (await this.#options.store.feeds.sweep()));
    } catch (thrown) {
      warning(
        'FULL_FEED_NOT_CHECKED',
        `Full feeds are looked at again in a moment: ${asError(thrown).message}`,
      );
    }
  }

  async #check(feed: Feed): Promise<void> {
    const { store, clock, settings, warning, merger: worker = merger } = this.#options;
    const decided = await checkFeed(feed, {
      store,
      merger: worker,
      shrinkage: settings.shrinkage ?? defaultShrinkage,
      mostRejected,
      now: () => clock.date(),
    });
    if (decided === undefined) {
      warning('FULL_FEED_OVERTAKEN', 'A full feed came too late: one that began after it has gone out.');
    } else if (decided.hold !== null) {
      warning(decided.hold.code, decided.hold.message);
    }
    await this.#load();
  }

  async #expire(): Promise<void> {
    const { store, clock, minute, collection, warning } = this.#options;
    const expired = await store.feeds.expire(clock.date() - longestLife * minute);
    for (const { collectionId, collected, state } of expired) {
      if (collectionId !== collection.id) continue;
      warning(
        'FULL_FEED_EXPIRED',
        `A full feed of ${collected.items} items that was ${state} is more than 24 hours old and was thrown away.`,
      );
    }
  }

  async #load(): Promise<void> {
    const { store, collection, changed } = this.#options;
    this.#feeds = await store.feeds.list(collection.id);
    changed(this.#feeds);
  }
}
