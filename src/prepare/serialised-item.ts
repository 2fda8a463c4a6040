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
}

/** An item under its key, with the fields that its records carry. */
export class SerialisedItem implements PreparedItem {
  readonly indexes: readonly number[];
  readonly key: string;
  readonly text: string;
  readonly bytes: number;
  readonly carried: CarriedFields;
  /** The scope of a full feed to which it belongs; empty where the feed is not cut. */
  readonly scope: string;

  constructor({ indexes, key, text, carried, scope }: SerialisedContent) {
    this.indexes = indexes;
    this.key = key;
    this.text = text;
    this.bytes = Buffer.byteLength(text);
    this.carried = carried;
    this.scope = scope;
  }

  get record(): ItemRecord {
    return JSON.parse(this.text) as ItemRecord;
  }
}
