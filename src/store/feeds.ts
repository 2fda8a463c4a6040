/**
 * What a full feed is while it is collected, checked and waits: from its first item until its batch has ended. It lies
 * beside the changes of its collection and holds no lane before it is sent. The errors are those of `store.ts`, the
 * form of lines that of `collections.ts`.
 */
import type { Amount, Batch, CollectionName, NewBlock, NewPiece, NoBatch } from './collections.ts';
import type { Scope } from './scope.ts';

/**
 * `collecting`: items are missing. `checking`: it is whole, and is being divided and joined. `held`: it must not be
 * sent. `ready`: it can be sent. `sending`: it has a batch.
 */
export type FeedState = 'collecting' | 'checking' | 'held' | 'ready' | 'sending';

/** Why a feed is not sent. */
export interface FeedHold {
  /** Stable code, such as `FULL_FEED_SHRUNK`. */
  readonly code: string;
  readonly message: string;
  /** Whether a person may have it sent all the same. */
  readonly isConfirmable: boolean;
}

/** How many distinct items lie within one bound of a full feed, such as a price list; '' where the lane is the bound. */
export type FeedCounts = ReadonlyMap<string, number>;

/** A full feed. */
export interface Feed extends CollectionName {
  readonly id: number;
  readonly collectionId: number;
  readonly supplierId: number | null;
  /** What tells it from others that are collected at the same time. */
  readonly sequence: string;
  readonly state: FeedState;
  /** Everything that was collected at a lower place is older than it. */
  readonly place: number;
  readonly beganAt: number;
  /** Items that were taken in, duplicates counted each. */
  readonly collected: Amount;
  /** Items that were rejected when they came. */
  readonly rejected: number;
  /** Parts of the sequence that have come, and how many there will be, as far as that is known. */
  readonly parts: { readonly seen: number; readonly expected: number | null };
  /** As JSON; those of the message that made it whole. */
  readonly settings: string;
  /** Into how many partitions its items are divided; null before. */
  readonly partitions: number | null;
  /** Distinct items; null before it has been checked. */
  readonly items: number | null;
  readonly hold: FeedHold | null;
  readonly batchId: string | null;
}

/** What one message brings to a feed. */
export interface FeedPortion {
  readonly sequence: string;
  readonly supplierId: number | null;
  /** It begins the sequence: an unfinished one of the same name is thrown away. */
  readonly begins: boolean;
  /** It ends the sequence. */
  readonly completes: boolean;
  /** Where the sequence has numbered parts: which this is, and of how many where that is known. */
  readonly part?: { readonly index: number; readonly count?: number };
  /** Its items in their order, as in {@link NewBlock}. */
  readonly blocks: readonly Omit<NewBlock, 'supplierId'>[];
  /** How many of its items were rejected. */
  readonly rejected: number;
  /** As JSON. */
  readonly settings: string;
}

/** What became of a portion. */
export interface PortionTaken {
  readonly feed: Feed;
  /** This part was here before: nothing of it was taken again. */
  readonly isRepeated: boolean;
  /** Items of an unfinished feed that it threw away. */
  readonly discarded: number;
}

/** A joined part of a feed. */
export interface JoinedPart {
  /** A line for each record. Handed over when it is joined. */
  readonly lines: Uint8Array;
  /** What was found out about it, as JSON. */
  readonly notes: string;
  /**
   * By what its records are known: a line for each name, of a digest of the name, a blank, and a digest of the key.
   * Joined by line feeds.
   */
  readonly names: string;
  readonly rejected: number;
}

/** What the check of a feed has come to. */
export interface FeedVerdict {
  /** Undefined where its items could not be looked at. */
  readonly counts: FeedCounts | undefined;
  /** Undefined where it can be sent. */
  readonly hold: FeedHold | undefined;
}

/** What is known of one bound of a lane. */
export interface Baseline {
  /** Distinct items of the last full feed whose job has succeeded: of those, the one that was sent last. */
  readonly items: number;
}

/** Why a feed got no batch: changes of its lane that are older than it have to go first. */
export type NoFeedBatch = NoBatch | 'older changes wait';

/** All sending of one import of one connection. */
export interface Lane {
  readonly scope: Scope;
  readonly import: string;
  readonly supplierId: number | null;
}

/** Full feeds. */
export interface FeedStore {
  /**
   * Takes in what a message brings, all or none.
   *
   * @param most What the feeds of the collection may hold together; `COLLECTION_FULL` beyond it.
   */
  append(collectionId: number, portion: FeedPortion, most: Amount, at: number): Promise<PortionTaken>;
  find(id: number): Promise<Feed | undefined>;
  /** All of a collection, oldest first. */
  list(collectionId: number): Promise<readonly Feed[]>;

  /** Divides more of a whole feed into partitions by key, about so many bytes; says whether there are more. */
  divide(id: number, partitionBytes: number, mostBytes: number): Promise<boolean>;
  /** The lines of a partition in the order in which they were collected; undefined when it has been joined. */
  partition(id: number, partition: number): Promise<Uint8Array | undefined>;
  /** Puts what a partition was joined to in its place. */
  join(id: number, partition: number, part: JoinedPart): Promise<void>;
  /** Notes of all joined partitions. */
  notes(id: number): Promise<readonly string[]>;
  /** Items that were rejected while it was joined, and names that were found under two keys. */
  faults(id: number): Promise<{ readonly rejected: number; readonly clashes: number }>;
  /** What is known of some bounds of a lane, by bound. */
  baselines(lane: Lane, bounds: readonly string[]): Promise<ReadonlyMap<string, Baseline>>;
  /**
   * By bound the items of the largest full feed that Connect may write, or may have written, though nobody knows: it is
   * under way, its answer was lost, its job has not ended, or how that ended is not known. A bound in which none of them
   * had any is left out.
   */
  perhapsTaken(lane: Lane, bounds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Ends the check. A feed that can be sent takes the place of older ones within its bounds that have not gone out.
   *
   * @returns the feed, or undefined where a newer one within its bounds has gone out: it is thrown away
   */
  decide(id: number, verdict: FeedVerdict): Promise<Feed | undefined>;
  /**
   * A person has a held feed sent all the same.
   *
   * @returns the feed; undefined where there is none, where it is not held or must not be sent, or where a newer one
   *   within its bounds has gone out
   */
  confirm(id: number): Promise<Feed | undefined>;
  /** Throws a feed away that has not gone out; says whether there was one. */
  discard(id: number): Promise<boolean>;
  /** Throws away what has not gone out and began before a time; gives it back. */
  expire(before: number): Promise<readonly Feed[]>;
  /** Makes room of what was thrown away or has been sent, a bounded part of it; says whether there is more. */
  sweep(): Promise<boolean>;

  /**
   * Begins the batch of a feed that can be sent: its partitions are those of the feed, and have been joined. It holds
   * the lane until it has ended.
   */
  begin(id: number, batchId: string, at: number): Promise<Batch | NoFeedBatch>;
  /** The joined lines of a partition of a feed's batch; undefined when it has been filled in. */
  cuttable(batchId: string, partition: number): Promise<Uint8Array | undefined>;
  /**
   * Puts what a partition was cut into into requests: request 0 is the feed, those of later stages are changes.
   *
   * @param joint what was found out about the fields of its part of the feed, as JSON
   */
  fill(
    batchId: string,
    partition: number,
    pieces: readonly NewPiece[],
    joint: string,
    at: number,
  ): Promise<void>;
  /** What was found out about the partitions that have been filled in. */
  joints(batchId: string): Promise<readonly string[]>;
  /** All partitions have been filled in: the feed can be sent, under this header. */
  sealed(batchId: string, header: string): Promise<Batch>;
  /** It cannot be sent after all: the batch ends without an outcome, and the feed is held. */
  refuse(batchId: string, hold: FeedHold, at: number): Promise<Feed>;
}
