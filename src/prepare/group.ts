/**
 * Puts items together whose field lists are the same, so that each request's lists are true for all of it.
 */
import type { ImportOutline } from '../contract/outline.ts';
import { bitOf, type FieldPlan } from './field-plan.ts';
import type { CarriedFields } from './header.ts';
import type { SerialisedItem } from './serialised-item.ts';

/** Items for which the same field lists are true. */
export interface Group {
  /** Union of the items' fields; those that Connect skips when empty are in it where any item has them. */
  readonly carried: number[];
  readonly items: SerialisedItem[];
}

/** Beyond this, comparing each group with each other takes longer than the few requests it may save. */
const mostComparedGroups = 1000;

/** The fields that must be equal within a request. */
function distinguishing(carried: CarriedFields, plan: FieldPlan): string {
  return carried.map((mask, list) => (mask === -1 ? -1 : mask & ~(plan.skipped[list] ?? 0))).join();
}

function addTo(group: Group, carried: CarriedFields, items: readonly SerialisedItem[]): void {
  for (const [list, mask] of carried.entries()) {
    const known = group.carried[list] ?? -1;
    group.carried[list] = known === -1 ? mask : mask === -1 ? known : known | mask;
  }
  for (const item of items) group.items.push(item);
}

/** A list of which one side has no record at all is true for both. */
function isCompatible(left: CarriedFields, right: CarriedFields, plan: FieldPlan): boolean {
  return left.every((mask, list) => {
    const other = right[list] ?? -1;
    return mask === -1 || other === -1 || ((mask ^ other) & ~(plan.skipped[list] ?? 0)) === 0;
  });
}

/** Groups items by their field lists, in the order in which each kind first occurs. */
export function groupItems(items: readonly SerialisedItem[], plan: FieldPlan): Group[] {
  const exact = new Map<string, Group>();
  for (const item of items) {
    const key = distinguishing(item.carried, plan);
    let group = exact.get(key);
    if (group === undefined) {
      group = { carried: item.carried.map(() => -1), items: [] };
      exact.set(key, group);
    }
    addTo(group, item.carried, [item]);
  }
  const groups = [...exact.values()];
  if (groups.length > mostComparedGroups) return groups;
  const joined: Group[] = [];
  for (const group of groups) {
    const home = joined.find((candidate) => isCompatible(candidate.carried, group.carried, plan));
    if (home === undefined) joined.push(group);
    else addTo(home, group.carried, group.items);
  }
  return joined;
}

/** Names the fields that some groups write and others do not, those that split most evenly first. */
export function splittingFields(groups: readonly Group[], outline: ImportOutline, most: number): string[] {
  const counted = outline.lists.flatMap((list) =>
    list.slots.map((slot) => {
      const writing = groups.filter((group) => {
        const mask = group.carried[list.index] ?? -1;
        return mask !== -1 && (mask & bitOf(slot)) !== 0;
      }).length;
      return {
        name: `${list.name}: ${slot.write.name}`,
        evenness: Math.min(writing, groups.length - writing),
      };
    }),
  );
  return counted
    .filter(({ evenness }) => evenness > 0)
    .sort((left, right) => right.evenness - left.evenness)
    .slice(0, most)
    .map(({ name }) => name);
}
