/**
 * What accumulators keep: collected items until they are sealed, batches until they have ended, and what failed
 * until a person has dealt with it. The errors are those of `store.ts`.
 *
 * Texts of items are JSON as `JSON.stringify` makes it, and keys hold no control characters, so that neither ever
 * contains a tab or a line feed: lines are told apart by those.
 *
 * What is large and only passes through the thread that asks is bytes of UTF-8, and no string: bytes are handed from
 * thread to thread and to the socket as they are, and leave no garbage in that thread's heap.
 */
import type { FailedLine, NewestLine, Partition } from './partitions.ts';
import type { Scope } from './scope.ts';

/** What a collection is known by. */
export interface CollectionName {
  readonly scope: Scope;
  /** Name of the import, such as `import-onhands`. */
  readonly import: string;
  readonly name: string;
}

/** An amount of items. */
export interface Amount {
  readonly items: number;
  /** Of their texts, in UTF-8. */
  readonly bytes: number;
}

/** What a collection holds. */
export interface CollectionState {
  readonly id: number;
  /** Items that have not been sealed, duplicates counted each. */
  readonly waiting: Amount;
  /** When the oldest of them came; undefined where none waits. */
  readonly oldestAt: number | undefined;
  /**
   * The first place of what waits in the order in which items were collected, over all collections; what came back has
   * the one at which it was collected at first. Undefined where nothing waits.
   */
  readonly oldestPlace: number | undefined;
  /**
   * Where the front of what waits stands among what other collections have collected: what was requeued stands where it
   * would if it had just been collected, as far as what waits behind it allows. Undefined where nothing waits.
   */
  readonly turn: number | undefined;
  /** Somebody has asked for what waits to be given out, and something of what waited then still does, or came back. */
  readonly isFlushAsked: boolean;
  /** Items that Connect did not take, kept until they are requeued or discarded. */
  readonly failed: Amount;
  /** Items that were rejected before sending, the newest of them. */
  readonly rejected: Amount;
}

/** A collection, whoever uses it. */
export interface Collection extends CollectionName, CollectionState {
  /** Of the accumulator that used it last, as JSON. */
  readonly settings: string;
}

/** Items of one or several messages, to be appended together. */
export interface NewBlock extends Amount {
  /** A line for each item: its identity key, a tab, its text. Joined by line feeds. Bytes are handed over. */
  readonly lines: string | Uint8Array;
  /** Part of what the items are known by, where the import has it. */
  readonly supplierId: number | null;
}

/** An item that is kept with the reason why it was not written. */
export interface NewKept {
  readonly key: string | null;
  readonly text: string;
  /** As JSON. */
  readonly reason: string;
}

/** `failed`: not taken by Connect. `rejected`: not sent, because it is invalid. */
export type KeptKind = 'failed' | 'rejected';

/** An item that is kept. */
export interface KeptItem extends NewKept {
  readonly id: number;
  readonly kind: KeptKind;
  readonly batchId: string | null;
  readonly at: number;
  /** A newer change of the same record has been written since, or is under way: it is not requeued. */
  readonly isReplaced: boolean;
}

/** Collections, and what waits in them. */
export interface CollectionStore {
  /** The collection of that name, made where there is none; its settings are replaced. */
  open(name: CollectionName, settings: string): Promise<Collection>;
  /** All collections, with what they hold. */
  list(): Promise<readonly Collection[]>;
  state(id: number): Promise<CollectionState>;
  /**
   * Appends items, all or none.
   *
   * @param most What may wait in the collection, what failed included; `COLLECTION_FULL` beyond it.
   */
  append(id: number, block: NewBlock, most: Amount, at: number): Promise<CollectionState>;
  /** Notes that what waits is to be given out, until a batch has taken the last of it. Nothing where nothing waits. */
  flush(id: number): Promise<CollectionState>;
  /** Keeps rejected items; beyond `most` the oldest rejected ones are dropped. */
  reject(id: number, items: readonly NewKept[], most: Amount, at: number): Promise<CollectionState>;
  /** Kept items of a kind, oldest first, after one of them. */
  kept(id: number, kind: KeptKind, after: number, limit: number): Promise<readonly KeptItem[]>;
  /**
   * Failed items wait again, before everything that waits now, so that newer changes of the same records stand over
   * them. Those that something newer has replaced stay kept. Not while a batch of the collection is being sealed
   * (`COLLECTION_SEALING`, retryable). Many are requeued part by part, the newest first: where that ends early, the
   * rest stays kept until it is asked for again.
   *
   * @returns the number of items that wait again, and of those that were replaced
   */
  requeue(id: number, at: number): Promise<{ readonly requeued: number; readonly replaced: number }>;
  /** Throws kept items of a kind away; gives their number. */
  discardKept(id: number, kind: KeptKind): Promise<number>;
  /** Throws away what waits; gives the number of items. Not while a batch is being sealed (`COLLECTION_SEALING`). */
  discardWaiting(id: number): Promise<number>;
}

/**
 * `sealing`: its items are being merged. `sealed`: it can be sent. `sending`: an import node has taken it. `ended`:
 * all of its jobs have.
 */
export type BatchState = 'sealing' | 'sealed' | 'sending' | 'ended';

/** A batch: items of one collection that were sealed together. Within a lane only one has not ended. */
export interface Batch extends CollectionName {
  /** Made by whoever seals it; never used twice. */
  readonly id: string;
  readonly collectionId: number;
  readonly supplierId: number | null;
  /** Under which it was sealed, as JSON. */
  readonly settings: string;
  readonly state: BatchState;
  /** Items that were taken in, duplicates counted each. */
  readonly collected: Amount;
  /** Items that its requests hold; grows while it is being sealed. */
  readonly merged: Amount;
  /** When the oldest of its items came. */
  readonly oldestAt: number;
  readonly begunAt: number;
  /** Into how many partitions its items are divided by key; 1 where they are not divided. */
  readonly partitions: number;
  /** The full feed that it sends; null for a batch of changes. */
  readonly feedId: number | null;
  /** The node that took it, and whether this process did; null before. */
  readonly takenBy: { readonly nodeId: string; readonly here: boolean } | null;
}

/** How a batch is to be begun. */
export interface NewBatch {
  readonly id: string;
  readonly settings: string;
  /** Takes no more than this, at least one block; absent for everything that waits. */
  readonly most?: Amount;
  /** Takes only what was collected, or requeued, before this place. */
  readonly before?: number;
  /** Bytes of one partition at most, roughly; absent where items must not be divided. */
  readonly partitionBytes?: number;
}

/** Why no batch was begun. */
export type NoBatch =
  | 'lane busy'
  | 'nothing waits'
  /** What waits was collected, or requeued, after the place up to which it may go. */
  | 'too new';

/** Merged items as part of a request. */
export interface NewPiece extends Amount {
  /** Of the request, from 0 in each batch. */
  readonly request: number;
  /** Of its items, where the request is new; the same for all of its pieces. */
  readonly stage: number;
  /** Value of the request's header, as JSON. */
  readonly header: string;
  /**
   * A line for each item: its key; in a stage above 0 a tab and a JSON array of the keys of earlier stages that it
   * follows. Joined by line feeds. Handed over when filled in.
   */
  readonly keys: Uint8Array;
  /** Texts of the items, joined by a comma and a line feed; `bytes` is the length of this. Handed over as well. */
  readonly texts: Uint8Array;
}

/** One request of a batch, and the items that it still holds; of one that has ended, `items` are all that it held. */
export interface BatchRequest extends Amount {
  readonly number: number;
  readonly stage: number;
  readonly header: string;
  /** Length of the body: the pieces' texts, joined by a comma and a line feed, between brackets. */
  readonly length: number;
  readonly pieces: number;
  readonly state: 'waiting' | 'accepted' | 'ended';
  /** Attempts of it may have been taken although no answer was seen, by this process or a former one. */
  readonly isPerhapsReceived: boolean;
  readonly jobId: string | null;
  /** Items that were kept as failed instead of being written. */
  readonly failed: number;
  /** How it ended, as JSON; null before. */
  readonly outcome: string | null;
}

/** A piece as it is read back. */
export interface Piece {
  readonly position: number;
  readonly keys: Uint8Array;
  readonly texts: Uint8Array;
}

/** Which items of a request were not written. */
export type RequestFailure =
  /** None of them was. */
  | { readonly all: string }
  /** Reasons as JSON by key. */
  | { readonly keys: ReadonlyMap<string, string> };

/** The end of a batch, until it has been told or forgotten. */
export interface BatchOutcome {
  readonly id: number;
  readonly collectionId: number;
  readonly batchId: string;
  /** As JSON. */
  readonly outcome: string;
  readonly at: number;
}

/** Batches from sealing to the end of their jobs. */
export interface BatchStore {
  /**
   * Begins a batch of what waits in a collection, oldest first. All of it has one SupplierId: the first item's. It
   * holds the lane (scope, import, SupplierId) until it has ended, and no other batch of the collection is begun before.
   * A restarted job of the lane holds it as well.
   */
  begin(collectionId: number, batch: NewBatch, at: number): Promise<Batch | NoBatch>;
  find(id: string): Promise<Batch | undefined>;
  /** Those that have not ended, oldest first. */
  unfinished(): Promise<readonly Batch[]>;

  /** A batch that is being sealed goes on under other settings, as JSON; of one that has been sealed they stay. */
  changeSettings(id: string, settings: string): Promise<Batch>;
  /** Divides more of a batch's items into its partitions, about so many bytes; says whether there are more. */
  distribute(id: string, mostBytes: number): Promise<boolean>;
  /** The lines of a partition; undefined when it has been filled in. */
  partition(id: string, partition: number): Promise<Partition | undefined>;
  /**
   * Puts what a partition came to into requests, and keeps as failed what cannot be sent any more; the lines are gone
   * after this. Failed items of which these pieces hold a newer change are marked as replaced, lines of this very
   * partition too.
   *
   * @param newest Of each item that holds a line that came back, and of all items with the same key as one of those or
   *   as a line that failed, or that may write a record which that would have written; nothing of the others, which are
   *   as new as their batch.
   */
  fill(
    id: string,
    partition: number,
    pieces: readonly NewPiece[],
    failed: readonly FailedLine[],
    newest: readonly NewestLine[],
    at: number,
  ): Promise<void>;
  /** All partitions have been filled in: it can be sent. */
  sealed(id: string): Promise<Batch>;

  /**
   * An import node takes a sealed batch, or one that a process that has ended had taken.
   *
   * @returns the batch, or why not: another has it, it has ended, or there is none
   */
  take(id: string, nodeId: string): Promise<Batch | 'taken' | 'ended' | 'unknown'>;
  /** It was taken, but nothing of it is to be sent by this node: it can be taken again. */
  untake(id: string): Promise<void>;
  requests(id: string): Promise<readonly BatchRequest[]>;
  /** Pieces of a request after a position (-1 for all), about so many bytes but at least one. */
  pieces(id: string, number: number, after: number, mostBytes: number): Promise<readonly Piece[]>;
  /**
   * Divides a request that Connect found too large into two of the same stage, the second with a new number; says
   * whether that could be done.
   */
  split(id: string, number: number): Promise<boolean>;
  /**
   * Keeps as failed those items of a request of a later stage that follow a failed one of this batch.
   *
   * @param reason as JSON
   * @returns how many items are left in the request
   */
  withhold(id: string, number: number, reason: string, at: number): Promise<number>;
  /**
   * A request has ended, with or without a job: failed items are kept, the others let go.
   *
   * @param outcome as JSON
   */
  endRequest(
    id: string,
    number: number,
    failure: RequestFailure | undefined,
    outcome: string,
    at: number,
  ): Promise<void>;
  /** Items of a batch that failed: how many in all, and the first of those that are still kept. */
  failures(
    id: string,
    limit: number,
  ): Promise<{ readonly count: number; readonly first: readonly Pick<NewKept, 'key' | 'reason'>[] }>;
  /** All requests have ended: the lane is free, and the outcome waits until it has been told. */
  end(id: string, outcome: string, at: number): Promise<void>;

  /** Outcomes of a collection's batches that have not been told and not been forgotten (`jobs.prune`), oldest first. */
  outcomes(collectionId: number): Promise<readonly BatchOutcome[]>;
  claimOutcome(id: number): Promise<{ readonly isRepeated: boolean } | undefined>;
  finishOutcome(id: number): Promise<void>;
}
