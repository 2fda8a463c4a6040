/**
 * The shapes that travel between the steps of prepare.
 */
import type { ImportName } from '../contract/index.ts';
import type { ConnectError } from '../errors.ts';

/** An item or a record nested in it, as plain JSON. */
export type ItemRecord = Record<string, unknown>;

/**
 * Items in their order: a list, or something that makes each anew when it is asked for, so that not all of them are in
 * memory at once.
 */
export interface GivenItems {
  readonly length: number;
  at(index: number): unknown;
}

/** Why an item cannot be sent. */
export interface ItemError {
  /** JSON pointer into the item; empty for the item as a whole. */
  readonly path: string;
  /** Stable code, such as `WRONG_TYPE`. */
  readonly code: string;
  /** What is wrong and what to do, for people. */
  readonly message: string;
}

/** An item that was not put into a request. */
export interface RejectedItem {
  /** Position in the list that was given. */
  readonly index: number;
  /** Identity key as text, where the item has one. */
  readonly key?: string;
  /** The item as it was given. */
  readonly item: unknown;
  readonly errors: readonly ItemError[];
}

/** Something the author should know although everything was sent. */
export interface PrepareWarning {
  readonly code: string;
  readonly message: string;
  /** How many items it concerns. */
  readonly count: number;
}

/** What is to happen to a property that the contract does not know. */
export type UnknownProperties = 'reject' | 'remove' | 'send';

/** Names of header values by header list, as an author gives them: names or numbers, in any letter case. */
export type ListedValues = Readonly<Record<string, readonly (string | number)[]>>;

/**
 * Which fields are written: what the items carry, or a choice of header values. A chosen value may be one
 * of Connect's variants (`NameCreateOnly`). Fields without a list entry are chosen as `Entity.Field` under
 * `WithoutListEntry`.
 */
export type FieldSelection = 'carried' | ListedValues;

/** Everything that prepare needs to know beside the items. */
export interface PrepareOptions {
  readonly import: ImportName;
  readonly accountId: number;
  /** Only for imports that have it. */
  readonly supplierId?: number;
  /** Where Connect knows records by several keys: the one that every item has to carry, such as `Code`. */
  readonly identity?: string;
  readonly fullFile: boolean;
  readonly fields: FieldSelection;
  /** Chosen fields that are emptied where an item lacks them. */
  readonly clear: ListedValues;
  /** Modifiers, and the price fields without which a price record is skipped. */
  readonly switches: ListedValues;
  readonly unknownProperties: UnknownProperties;
  /** Most items in one request. */
  readonly maximumItems: number;
  /** Most bytes in the body of one request. */
  readonly maximumBytes: number;
}

/**
 * An item that is part of a request, or one slice of it. What became of the item as a whole is told by its
 * `indexes`, which all of its slices share: it has been written when the jobs of all of them have succeeded.
 * When a slice fails, the whole item is to be given back, once, whatever became of the slices before it.
 */
export interface PreparedItem {
  /**
   * Positions of the given items that it holds, in ascending order; several when duplicates were merged. Each
   * position belongs to one item, and the slices of an item hold the very same list.
   */
  readonly indexes: readonly number[];
  /** Identity key as text. */
  readonly key: string;
  /** What the text says, read anew each time. */
  readonly record: ItemRecord;
  /** The item before it was cut, read anew each time; the same as `record` where it was not. */
  readonly whole: ItemRecord;
  /** Which slice this is, the first being number 1; not given where the item is sent in one piece. */
  readonly slice?: { readonly number: number; readonly of: number };
  /**
   * Items whose jobs have to succeed before this one is sent: the slice before it, and earlier changes of the
   * same record. All of them are in requests of earlier stages; none in stage 0.
   */
  readonly follows: readonly PreparedItem[];
  /** JSON text as it is sent. */
  readonly text: string;
  /** Length of the text in bytes of UTF-8. */
  readonly bytes: number;
}

/** How many distinct items lie within each bound of a full feed, such as a price list; '' where it has none. */
export type FeedCounts = readonly (readonly [bound: string, items: number])[];

/** The settings of a request, as its header states them. */
export type RequestHeader = Readonly<Record<string, number | boolean | readonly number[]>>;

/**
 * One POST: items under a header whose field lists are true for every record in them. The header stays true
 * for any of its items alone.
 *
 * An item is sent when the jobs of all requests that hold an item which it follows have succeeded; those
 * requests have lower stages, so the simplest sender goes stage by stage. Requests of one stage are
 * independent of each other.
 */
export interface PreparedRequest {
  readonly header: RequestHeader;
  /** 0 for what can be sent at once, else one more than the highest stage of what its items follow. */
  readonly stage: number;
  readonly items: readonly PreparedItem[];
  /** Length of the body in bytes. */
  readonly bytes: number;
  /** Of a full feed, or a part of one that is whole within its bounds. */
  readonly counts?: FeedCounts;
}

/** What prepare makes of a list of items. */
export interface Prepared {
  /** In the order of their stages. */
  readonly requests: readonly PreparedRequest[];
  readonly rejected: readonly RejectedItem[];
  readonly warnings: readonly PrepareWarning[];
  /** Why nothing of a full feed may be sent; `requests` is then empty. */
  readonly refusal?: ConnectError;
}
