/**
 * Holds an item as the text that is sent, so that nothing that changes the given object later can change it.
 */
import type { CarriedFields } from './header.ts';
import type { ItemRecord, PreparedItem } from './types.ts';

/** What a serialised item is made of. */
export interface SerialisedContent {
  readonly indexes: readonly number[];
  readonly key: string;
  readonly text: string;
  readonly carried: CarriedFields;
  readonly scope: string;
  /** The item before it was cut, with the part that this is; not given where it is sent in one piece. */
  readonly cut?: { readonly whole: string; readonly number: number; readonly of: number };
  readonly follows?: readonly SerialisedItem[];
  /** Whether all its records carry the same fields; true unless given. */
  readonly isUniform?: boolean;
}

const nothing: readonly SerialisedItem[] = [];

/** An item, or one slice of it, under its key, with the fields that its records carry. */
export class SerialisedItem implements PreparedItem {
  readonly indexes: readonly number[];
  readonly key: string;
  readonly text: string;
  readonly bytes: number;
  readonly carried: CarriedFields;
  /** The scope of a full feed to which it belongs; empty where the feed is not cut. */
  readonly scope: string;
  readonly slice?: NonNullable<PreparedItem['slice']>;
  readonly follows: readonly SerialisedItem[];
  /** One more than the highest stage of what it follows. */
  readonly stage: number;
  readonly isUniform: boolean;
  readonly #whole: string;

  constructor({
    indexes,
    key,
    text,
    carried,
    scope,
    cut,
    follows = nothing,
    isUniform = true,
  }: SerialisedContent) {
    this.indexes = indexes;
    this.key = key;
    this.text = text;
    this.bytes = Buffer.byteLength(text);
    this.carried = carried;
    this.scope = scope;
    if (cut !== undefined) this.slice = { number: cut.number, of: cut.of };
    this.follows = follows;
    this.stage = follows.reduce((stage, { stage: former }) => Math.max(stage, former + 1), 0);
    this.isUniform = isUniform;
    this.#whole = cut === undefined ? text : cut.whole;
  }

  get record(): ItemRecord {
    return JSON.parse(this.text) as ItemRecord;
  }

  get whole(): ItemRecord {
    return JSON.parse(this.#whole) as ItemRecord;
  }
}
