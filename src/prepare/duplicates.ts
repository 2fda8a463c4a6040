/**
 * Joins items of one list that are about the same record, and finds those that must not share a request.
 */
import type { ImportOutline } from '../contract/outline.ts';
import type { FieldPlan } from './field-plan.ts';
import type { Identity } from './identity.ts';
import { mergeItems } from './merge.ts';
import type { ItemError, ItemRecord } from './types.ts';

/** A valid item under its identity. */
export interface KeyedItem {
  readonly indexes: readonly number[];
  readonly identity: Identity;
  readonly record: ItemRecord;
}

const sendApart = 'Send this one by itself, after the job of the other has ended.';

/** Takes in items one after the other, in their order. */
export class Duplicates {
  readonly #outline: ImportOutline;
  readonly #plan: FieldPlan;
  readonly #fullFile: boolean;
  readonly #isSendable: (record: ItemRecord) => boolean;
  readonly #byKey = new Map<string, KeyedItem>();
  /** Keys of the items that go by an alias as well. */
  readonly #aliases = new Map<string, string>();
  /** Keys of the items that hold a nested record. */
  readonly #holders = new Map<string, string>();
  readonly #exactKeys = new Map<string, string>();
  /** Keys of which a change was turned away: what comes after it must not overtake it. */
  readonly #closed = new Set<string>();
  #keysDifferingInCase = 0;

  /** @param isSendable Whether a joint change can still be put into one request. */
  constructor(
    outline: ImportOutline,
    plan: FieldPlan,
    fullFile: boolean,
    isSendable: (record: ItemRecord) => boolean,
  ) {
    this.#outline = outline;
    this.#plan = plan;
    this.#fullFile = fullFile;
    this.#isSendable = isSendable;
  }

  /** Takes an item in, or says why it cannot go with what came before it. */
  add(item: KeyedItem): ItemError | undefined {
    const { key } = item.identity;
    if (this.#closed.has(key)) {
      return {
        path: '',
        code: 'DUPLICATE_NOT_MERGEABLE',
        message: `An earlier item of this message has the same key and could not be sent with the others. ${sendApart}`,
      };
    }
    const shared = this.#sharedUnderOtherKey(item.identity);
    if (shared !== undefined) {
      this.#closed.add(key);
      for (const owner of this.#ownersOf(item.identity)) this.#closed.add(owner);
      return {
        path: '',
        code: 'DUPLICATE_UNDER_OTHER_KEY',
        message: `An earlier item of this message, known by another key, is about the same record (${shared}). ${sendApart}`,
      };
    }
    const known = this.#byKey.get(key);
    if (known !== undefined) return this.#merge(known, item);
    this.#noteCase(key);
    this.#byKey.set(key, item);
    this.#claim(item.identity);
    return undefined;
  }

  /** The joint items, each key once, in the order in which the keys first occurred. */
  items(): IterableIterator<KeyedItem> {
    return this.#byKey.values();
  }

  /** Keys that differ from another one in letter case only, which Connect may read as the same. */
  get keysDifferingInCase(): number {
    return this.#keysDifferingInCase;
  }

  #sharedUnderOtherKey({ key, aliases, inside }: Identity): string | undefined {
    const owned = (owners: Map<string, string>, text: string) => (owners.get(text) ?? key) !== key;
    if (owned(this.#aliases, key)) return key;
    return (
      aliases.find((alias) => this.#byKey.has(alias)) ?? inside.find((text) => owned(this.#holders, text))
    );
  }

  #ownersOf({ key, aliases, inside }: Identity): string[] {
    return [
      ...[key, ...aliases].flatMap((text) => this.#aliases.get(text) ?? []),
      ...aliases.filter((alias) => this.#byKey.has(alias)),
      ...inside.flatMap((text) => this.#holders.get(text) ?? []),
    ];
  }

  #merge(known: KeyedItem, item: KeyedItem): ItemError | undefined {
    const { merged, obstacle } = mergeItems(
      known.record,
      item.record,
      this.#outline,
      this.#plan,
      this.#fullFile,
    );
    if (merged === undefined || !this.#isSendable(merged)) {
      this.#closed.add(known.identity.key);
      const reason = obstacle?.reason ?? 'together their records carry different fields';
      const place = obstacle?.place ? ` at ${obstacle.place}` : '';
      return {
        path: '',
        code: 'DUPLICATE_NOT_MERGEABLE',
        message: `An earlier item of this message has the same key, and the two cannot be joined${place}: ${reason}. ${sendApart}`,
      };
    }
    this.#byKey.set(known.identity.key, {
      ...known,
      indexes: [...known.indexes, ...item.indexes],
      record: merged,
    });
    this.#claim(item.identity);
    return undefined;
  }

  #claim({ key, aliases, inside }: Identity): void {
    for (const alias of aliases) this.#aliases.set(alias, key);
    for (const text of inside) this.#holders.set(text, key);
  }

  #noteCase(key: string): void {
    const lower = key.toLowerCase();
    const exact = this.#exactKeys.get(lower);
    if (exact === undefined) this.#exactKeys.set(lower, key);
    else if (exact !== key) this.#keysDifferingInCase++;
  }
}
