/**
 * Joins items of one list that are about the same record, and puts those that cannot be joined in order.
 */
import type { ImportOutline } from '../contract/outline.ts';
import type { FieldPlan } from './field-plan.ts';
import type { Identity } from './identity.ts';
import { claimsInside, type NestedClaim } from './inside.ts';
import { type MergeObstacle, mergeItems } from './merge.ts';
import { type SharedClaim, SharedRecords } from './shared-records.ts';
import type { ItemError, ItemRecord } from './types.ts';
import type { ItemContent, WholeItem } from './whole-item.ts';

/** A valid item as the text that was checked, under its identity. */
export interface KeyedItem extends ItemContent {
  readonly index: number;
  readonly identity: Identity;
  readonly inside: readonly NestedClaim[];
  readonly scope: string;
}

/** How duplicates are dealt with. */
export interface DuplicateRules {
  readonly outline: ImportOutline;
  readonly plan: FieldPlan;
  readonly fullFile: boolean;
  /** Whether an item may wait for the job of another one; in a full feed it may not. */
  readonly staged: boolean;
  /**
   * Whether some of the items may have been written before, and later ones too: what a later one replaces must not be
   * sent again then, not even for the time of a job.
   */
  readonly hasReturned: boolean;
  /** What a joint change comes to; undefined where no request can hold it. */
  readonly contentOf: (record: ItemRecord) => ItemContent | undefined;
}

/** Items that are, or may be, about one record, under whatever key. */
interface Group {
  /** The last of them: all others come before it. */
  last: WholeItem;
  /** The group that took this one in. */
  joined?: Group;
}

/** Where two items meet that cannot become one. */
interface Clash {
  readonly follows: ReadonlySet<WholeItem>;
  readonly obstacle?: MergeObstacle;
  /** What both are about, where their keys differ. */
  readonly shared: string;
}

/** Sent by itself, either of them would deactivate or clear what the other one is about. */
const giveOne = 'Give one item for both.';

function isShared(claim: NestedClaim): claim is SharedClaim {
  return claim.content !== undefined;
}

/** All texts by which other items may know the record of this one. */
function namesOf({ identity, inside }: Pick<KeyedItem, 'identity' | 'inside'>): string[] {
  const exclusive = inside.filter((claim) => !isShared(claim)).flatMap(({ names }) => names);
  return [identity.key, ...identity.aliases, ...exclusive];
}

function clashError({ obstacle, shared }: Clash): ItemError {
  if (obstacle === undefined) {
    return {
      path: '',
      code: 'DUPLICATE_UNDER_OTHER_KEY',
      message: `An earlier item of this message, known by another key, is about the same record (${shared}). ${giveOne}`,
    };
  }
  const place = obstacle.place ? ` at ${obstacle.place}` : '';
  return {
    path: '',
    code: 'DUPLICATE_NOT_MERGEABLE',
    message: `An earlier item of this message has the same key, and the two cannot be joined${place}: ${obstacle.reason}. ${giveOne}`,
  };
}

/** Takes in items one after the other, in their order. */
export class Duplicates {
  readonly #rules: DuplicateRules;
  readonly #items: WholeItem[] = [];
  readonly #groups = new Map<string, Group>();
  readonly #shared = new SharedRecords();
  readonly #exactKeys = new Map<string, string>();
  #keysDifferingInCase = 0;

  constructor(rules: DuplicateRules) {
    this.#rules = rules;
  }

  /** Takes an item in; says why it cannot go with what came before it where nothing may wait. */
  add(item: KeyedItem): ItemError | undefined {
    const names = namesOf(item);
    const groups = this.#groupsOf(names);
    const [group] = groups;
    let obstacle: MergeObstacle | undefined;
    if (group !== undefined && groups.length === 1 && group.last.key === item.identity.key) {
      obstacle = this.#merge(group, item);
      if (obstacle === undefined) {
        this.#unite(names, groups, group.last);
        return undefined;
      }
    }
    const clash = this.#clash(item, names, groups, obstacle);
    if (clash.follows.size > 0 && !this.#rules.staged) return clashError(clash);
    const { text, carried, slices } = item;
    const whole: WholeItem = {
      key: item.identity.key,
      indexes: [item.index],
      scope: item.scope,
      follows: [...clash.follows],
      content: { text, carried, ...(slices === undefined ? {} : { slices }) },
    };
    this.#items.push(whole);
    this.#noteCase(whole.key);
    this.#unite(names, groups, whole);
    for (const claim of item.inside.filter(isShared)) this.#shared.take(whole, claim);
    return undefined;
  }

  /** The joint items in the order in which each began, so that none comes before one that it follows. */
  get items(): readonly WholeItem[] {
    return this.#items;
  }

  /** Every text by which a record is known, with the key of its item. */
  *names(): Generator<readonly [name: string, key: string]> {
    for (const [name, known] of this.#groups) {
      let group = known;
      while (group.joined !== undefined) group = group.joined;
      yield [name, group.last.key];
    }
  }

  /** Keys that differ from another one in letter case only, which Connect may read as the same. */
  get keysDifferingInCase(): number {
    return this.#keysDifferingInCase;
  }

  /**
   * Joins an item with the last one of its record, where that takes fewer stages than both. Where items have returned
   * as many stages will do: the values that are replaced are not sent then.
   */
  #merge({ last }: Group, item: KeyedItem): MergeObstacle | undefined {
    const { outline, plan, fullFile, staged, hasReturned, contentOf } = this.#rules;
    const { merged, obstacle } = mergeItems(
      JSON.parse(last.content.text) as ItemRecord,
      JSON.parse(item.text) as ItemRecord,
      outline,
      plan,
      fullFile,
    );
    if (merged === undefined) return obstacle;
    const content = contentOf(merged);
    const stages = (each: ItemContent) => each.slices?.length ?? 1;
    const most = stages(last.content) + stages(item) - (staged && hasReturned ? 0 : 1);
    if (content === undefined || stages(content) > most) {
      return { place: '', reason: 'together their records carry different fields' };
    }
    const claims = claimsInside(merged, outline.name).filter(isShared);
    const shared = this.#shared.obstacle(last, claims);
    if (shared !== undefined)
      return { place: '', reason: `another item came between them that writes ${shared}` };
    last.indexes.push(item.index);
    last.content = content;
    for (const claim of claims) this.#shared.take(last, claim);
    return undefined;
  }

  #clash(
    { identity, inside }: KeyedItem,
    names: readonly string[],
    groups: readonly Group[],
    obstacle: MergeObstacle | undefined,
  ): Clash {
    const shared = inside.filter(isShared).map((claim) => this.#shared.before(claim));
    const own = groups.map(({ last }) => last);
    const other = shared.find(({ items }) => items.length > 0)?.name;
    return {
      follows: new Set([...own, ...shared.flatMap(({ items }) => items)]),
      ...(obstacle === undefined ? {} : { obstacle }),
      shared: other ?? names.find((name) => this.#groups.has(name)) ?? identity.key,
    };
  }

  #groupsOf(names: readonly string[]): Group[] {
    const found = new Set<Group>();
    for (const name of names) {
      let group = this.#groups.get(name);
      while (group?.joined !== undefined) group = group.joined;
      if (group !== undefined) found.add(group);
    }
    return [...found];
  }

  #unite(names: readonly string[], groups: readonly Group[], last: WholeItem): void {
    const [home = { last }, ...others] = groups;
    home.last = last;
    for (const group of others) group.joined = home;
    for (const name of names) this.#groups.set(name, home);
  }

  #noteCase(key: string): void {
    const lower = key.toLowerCase();
    const exact = this.#exactKeys.get(lower);
    if (exact === undefined) this.#exactKeys.set(lower, key);
    else if (exact !== key) this.#keysDifferingInCase++;
  }
}
