/**
 * What an accumulator is told and what it tells.
 */
import type { PrepareOptions, RejectedItem } from '../prepare/index.ts';
import type { BatchOffer, BatchSummary } from '../sending/index.ts';
import type { Amount, CollectionName, Feed } from '../store/index.ts';

/** When what waits is sealed; whichever rule comes first. Without any only a flush does it. */
export interface ReleaseRules {
  /** As soon as so many items wait. */
  readonly items?: number;
  /** As soon as the texts of what waits have so many bytes. */
  readonly bytes?: number;
  /** As soon as the oldest item has waited so many milliseconds. */
  readonly age?: number;
  /** At the times of a cron pattern (five or six fields), in a time zone such as `Europe/Stockholm`. */
  readonly schedule?: { readonly pattern: string; readonly timeZone: string };
}

/** Everything that an accumulator is set to. */
export interface AccumulatorSettings {
  readonly collection: CollectionName;
  /**
   * How its items are checked, merged and put into requests; `fullFile` is false, and `identity` is given where
   * Connect knows the records by several keys.
   */
  readonly options: PrepareOptions;
  readonly rules: ReleaseRules;
  /** What may wait, what failed included. */
  readonly most: Amount;
  /** How much of a full feed may be missing without anybody's confirming it, in percent of the last one. Default: 20. */
  readonly shrinkage?: number;
  /** Names of collections of the same connection, of any import, that have to be sent before this one. */
  readonly follows: readonly string[];
}

/** What becomes of the items of one message. */
export interface Added {
  /** Items that are on disk. */
  readonly added: number;
  readonly rejected: readonly RejectedItem[];
}

/** What a message asks for when its items are on disk. */
export type WhenAdded = (added: Added) => Promise<void> | undefined;

/** Where a message stands in the sequence that makes a full feed. */
export interface FeedMessage {
  /** What tells the sequence from others at the same time. Default: the one that has no name. */
  readonly sequence?: string;
  /** It begins the sequence: what is unfinished of it is thrown away. */
  readonly begins?: boolean;
  /** It ends the sequence. */
  readonly completes?: boolean;
  /** The number of this part, from 0, and of how many where that is known. */
  readonly part?: { readonly index: number; readonly count?: number };
}

/** A full feed as it is shown. */
export type FeedState = Pick<
  Feed,
  'id' | 'sequence' | 'state' | 'beganAt' | 'collected' | 'items' | 'parts' | 'hold'
>;

/** What became of a message of a full feed. */
export interface FeedAdded extends Added {
  readonly feed: FeedState;
  /** This part was here before: nothing of it was taken again. */
  readonly isRepeated: boolean;
}

/** What there is to see of an accumulator. Times in milliseconds since 1970. */
export interface AccumulatorState {
  readonly waiting: Amount;
  readonly oldestAt: number | undefined;
  readonly failed: Amount;
  readonly rejected: Amount;
  /** Full feeds that are collected, checked, held or sent, oldest first. */
  readonly feeds: readonly FeedState[];
  /** When the rules will seal what waits, as far as time alone decides. */
  readonly nextRelease: number | undefined;
  readonly batch:
    | {
        readonly id: string;
        readonly state: 'sealing' | 'not taken' | 'sending' | 'in job';
        readonly items: number;
        readonly requests?: { readonly ended: number; readonly all: number };
      }
    | undefined;
  /** Why nothing goes at present. */
  readonly blocked:
    | {
        readonly by: 'lane' | 'followed collection' | 'Connect' | 'store';
        /** The collection that is waited for. */
        readonly collection?: string;
        readonly code?: string;
        readonly message?: string;
        readonly since: number;
      }
    | undefined;
}

/** Whoever shows an accumulator: a node. */
export interface AccumulatorListener {
  /** Whether messages reach anybody now; a promise where that is only a matter of time. */
  availability(): 'open' | 'closed' | Promise<void>;
  /** A batch is to be taken. It is offered again every minute until an import node has taken it. */
  batch(offer: BatchOffer): void;
  /** @param isRepeated it may have been told by a process that has ended since */
  outcome(outcome: BatchSummary, isRepeated: boolean): void;
  /** Something to be seen has changed. */
  changed(state: AccumulatorState): void;
  /** Something a person should know, though nothing is lost. */
  warning(code: string, message: string): void;
}

/** What can be thrown away, each only by name. */
export type ResetTarget = 'waiting' | 'failed' | 'rejected' | 'feeds';

/**
 * One accumulator at work; it is detached when its node closes, and what it holds stays. What it is asked first it
 * does first.
 */
export interface Accumulator {
  /**
   * Checks items and appends those that are right; resolves when they are on disk.
   *
   * @param whenAdded Called before anything is told of what was added later; it is waited for. What it throws is
   *   thrown, though the items are on disk.
   * @throws ConnectError `COLLECTION_FULL`, `COLLECTION_IN_USE`, `STORE_…`: then none of them is kept, or of more
   *   than 1,000 items or 256 kB perhaps a part
   */
  add(items: readonly unknown[], whenAdded?: WhenAdded): Promise<Added>;
  /**
   * Takes in what a message brings to a full feed; resolves when it is on disk. Whole, the feed is checked, and sent
   * when nothing speaks against it.
   *
   * @throws ConnectError `COLLECTION_FULL`, `FULL_FILE_NOT_SUPPORTED`, `STORE_…`: then nothing of it is kept
   */
  collect(items: readonly unknown[], message: FeedMessage): Promise<FeedAdded>;
  /** Has a full feed that is held sent all the same; says whether it was one that may be. */
  confirm(feedId: number): Promise<boolean>;
  /** Seals what waits, all that was added before included, as soon as the lane is free, whatever the rules say. */
  flush(): Promise<void>;
  /** Failed items wait again, unless something newer has replaced them. */
  requeue(): Promise<{ readonly requeued: number; readonly replaced: number }>;
  /** Throws something away; gives the number of items. */
  reset(what: ResetTarget): Promise<number>;
  state(): AccumulatorState;
  detach(): void;
}
