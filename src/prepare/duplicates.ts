/**
 * Joins items of one list that are about the same record, and finds those that must not share a request.
 */
import type { ImportOutline } from '../contract/outline.ts';
import type { FieldPlan } from './field-plan.ts';
import type { CarriedFields } from './header.ts';
import type { Identity } from './identity.ts';
import { claimsInside, type NestedClaim } from './inside.ts';
import { mergeItems } from './merge.ts';
import { SerialisedItem } from './serialised-item.ts';
import type { ItemError, ItemRecord } from './types.ts';

/** A valid item as the text that was checked, under its identity. */
export interface KeyedItem {
  readonly index: number;
  readonly identity: Identity;
  readonly inside: readonly NestedClaim[];
  readonly text: string;
  readonly carried: CarriedFields;
  readonly scope: string;
}

/** All items of one key so far. */
interface Entry {
  readonly first: KeyedItem;
  readonly indexes: number[];
  /** What they come to; parsed only where there are several. */
  joint?: { readonly record: ItemRecord; readonly carried: CarriedFields };
}

/** The items that lay claim to a nested record. */
interface Holder {
  /** What all of them write; not given where no other item may hold the record. */
  content: string | undefined;
  readonly keys: string[];
}

const sendApart = 'Send this one by itself, after the job of the other has ended.';

/** Why an item waits for one that was turned away before it. */
function heldBack(former: number): ItemError {
  return {
    path: '',
    code: 'DUPLICATE_NOT_MERGEABLE',
    message: `Item ${former} of this message (the first is item 0), which is about the same record, was rejected. This one came after it and must not overtake it, else item ${former}, sent later, would undo it. Send item ${former} first, and this one after its job has ended.`,
  };
}

/** Takes in items one after the other, in their order. */
export class Duplicates {
  readonly #outline: ImportOutline;
  readonly #plan: FieldPlan;
  readonly #fullFile: boolean;
  readonly #carriedBy: (record: ItemRecord) => CarriedFields | undefined;
  readonly #entries = new Map<string, Entry>();
  /** Keys of the items that go by an alias as well. */
  readonly #aliases = new Map<string, string>();
  readonly #holders = new Map<string, Holder>();
  readonly #exactKeys = new Map<string, string>();
  /** Keys of which a change was turned away, with its index: what comes after it must not overtake it. */
  readonly #closed = new Map<string, number>();
  #keysDifferingInCase = 0;

  /** @param carriedBy The fields that a joint change carries; undefined where no request can hold it. */
  constructor(
    outline: ImportOutline,
    plan: FieldPlan,
    fullFile: boolean,
    carriedBy: (record: ItemRecord) => CarriedFields | undefined,
  ) {
    this.#outline = outline;
    this.#plan = plan;
    this.#fullFile = fullFile;
    this.#carriedBy = carriedBy;
  }

  /** Takes an item in, or says why it cannot go with what came before it. */
  add(item: KeyedItem): ItemError | undefined {
    const { key } = item.identity;
    const former = this.#closed.get(key);
    const error =
      former === undefined ? (this.#knownByOtherKey(item.identity) ?? this.#take(item)) : heldBack(former);
    if (error === undefined) return undefined;
    for (const closed of [key, ...this.#ownersOf(item)]) {
      if (!this.#closed.has(closed)) this.#closed.set(closed, item.index);
    }
    // Nothing that touches a record inside it may overtake it either.
    const inside = item.inside.map(({ name }) => ({ name }));
    this.#claim(item.identity, inside);
    return error;
  }

  /** The joint items, each key once, in the order in which the keys first occurred. */
  *items(): Generator<SerialisedItem> {
    for (const { first, indexes, joint } of this.#entries.values()) {
      yield new SerialisedItem({
        indexes,
        key: first.identity.key,
        text: joint === undefined ? first.text : JSON.stringify(joint.record),
        carried: joint === undefined ? first.carried : joint.carried,
        scope: first.scope,
      });
    }
  }

  /** Keys that differ from another one in letter case only, which Connect may read as the same. */
  get keysDifferingInCase(): number {
    return this.#keysDifferingInCase;
  }

  #take(item: KeyedItem): ItemError | undefined {
    const { key } = item.identity;
    const known = this.#entries.get(key);
    if (known !== undefined) return this.#merge(known, item);
    const error = this.#heldByOthers(key, item.inside);
    if (error !== undefined) return error;
    this.#noteCase(key);
    this.#entries.set(key, { first: item, indexes: [item.index] });
    this.#claim(item.identity, item.inside);
    return undefined;
  }

  #merge(known: Entry, item: KeyedItem): ItemError | undefined {
    const { merged, obstacle } = mergeItems(
      known.joint?.record ?? (JSON.parse(known.first.text) as ItemRecord),
      JSON.parse(item.text) as ItemRecord,
      this.#outline,
      this.#plan,
      this.#fullFile,
    );
    const carried = merged === undefined ? undefined : this.#carriedBy(merged);
    if (merged === undefined || carried === undefined) {
      const reason = obstacle?.reason ?? 'together their records carry different fields';
      const place = obstacle?.place ? ` at ${obstacle.place}` : '';
      return {
        path: '',
        code: 'DUPLICATE_NOT_MERGEABLE',
        message: `An earlier item of this message has the same key, and the two cannot be joined${place}: ${reason}. ${sendApart}`,
      };
    }
    const inside = claimsInside(merged, this.#outline.name);
    const error = this.#heldByOthers(item.identity.key, inside);
    if (error !== undefined) return error;
    known.indexes.push(item.index);
    known.joint = { record: merged, carried };
    this.#claim(item.identity, inside);
    return undefined;
  }

  #knownByOtherKey({ key, aliases }: Identity): ItemError | undefined {
    const isKnown = (this.#aliases.get(key) ?? key) !== key;
    const text = isKnown ? key : aliases.find((alias) => this.#entries.has(alias));
    return text === undefined ? undefined : this.#underOtherKey(text);
  }

  /** Whether another item holds a nested record that it shares with nobody, or writes something else to it. */
  #heldByOthers(key: string, inside: readonly NestedClaim[]): ItemError | undefined {
    const clash = inside.find(({ name, content }) => {
      const holder = this.#holders.get(name);
      if (holder === undefined || holder.keys.every((owner) => owner === key)) return false;
      return content === undefined || holder.content !== content;
    });
    return clash === undefined ? undefined : this.#underOtherKey(clash.name);
  }

  #underOtherKey(shared: string): ItemError {
    return {
      path: '',
      code: 'DUPLICATE_UNDER_OTHER_KEY',
      message: `An earlier item of this message, known by another key, is about the same record (${shared}). ${sendApart}`,
    };
  }

  /** Items that may be about the same record as this one: those that hold a record which nobody shares. */
  #ownersOf({ identity: { key, aliases }, inside }: KeyedItem): string[] {
    return [
      ...[key, ...aliases].flatMap((text) => this.#aliases.get(text) ?? []),
      ...aliases.filter((alias) => this.#entries.has(alias)),
      ...inside.flatMap(({ name, content }) =>
        content === undefined ? (this.#holders.get(name)?.keys ?? []) : [],
      ),
    ];
  }

  #claim({ key, aliases }: Identity, inside: readonly NestedClaim[]): void {
    for (const alias of aliases) {
      if (!this.#aliases.has(alias)) this.#aliases.set(alias, key);
    }
    for (const { name, content } of inside) {
      const holder = this.#holders.get(name);
      if (holder === undefined) {
        this.#holders.set(name, { content, keys: [key] });
      } else {
        holder.content = content;
        if (holder.keys.at(-1) !== key) holder.keys.push(key);
      }
    }
  }

  #noteCase(key: string): void {
    const lower = key.toLowerCase();
    const exact = this.#exactKeys.get(lower);
    if (exact === undefined) this.#exactKeys.set(lower, key);
    else if (exact !== key) this.#keysDifferingInCase++;
  }
}
