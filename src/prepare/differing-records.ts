/**
 * Finds the records that make a field list untrue: those that lack what other records of the item carry.
 */
import type { ListOutline, RecordOutline, Slot } from '../contract/outline.ts';
import { bitOf, type FieldPlan } from './field-plan.ts';
import type { Inspection } from './inspect.ts';
import type { Preparation } from './preparation.ts';
import { isRecord, pointerTo } from './records.ts';
import type { ItemError, ItemRecord } from './types.ts';

/** Most records that are pointed at; more say nothing new. */
const mostPointers = 10;

function missingIn(
  record: ItemRecord,
  slots: readonly Slot[],
  outline: RecordOutline,
  plan: FieldPlan,
): string[] {
  const clear = plan.clear[outline.list?.index ?? -1] ?? 0;
  return slots
    .filter((slot) => (clear & bitOf(slot)) === 0 && slot.fields.every((name) => record[name] === undefined))
    .map((slot) => slot.write.name);
}

function lacking(
  record: ItemRecord,
  outline: RecordOutline,
  pointer: string,
  list: ListOutline,
  slots: readonly Slot[],
  plan: FieldPlan,
  reason: string,
): ItemError[] {
  const missing = outline.list === list ? missingIn(record, slots, outline, plan) : [];
  const own: ItemError[] =
    missing.length === 0
      ? []
      : [
          {
            path: pointer,
            code: 'NESTED_FIELDS_DIFFER',
            message: `This record lacks ${missing.join(', ')}, which other records of the item carry. ${list.name} holds for all of them, so what is missing would be emptied. The item cannot be cut into several requests: ${reason} Give these fields in all of the records or in none.`,
          },
        ];
  const below = outline.holders.flatMap((field) => {
    const value = record[field.name];
    const place = pointerTo(pointer, field.name);
    if (Array.isArray(value)) {
      return value.flatMap((element: unknown, position) =>
        isRecord(element)
          ? lacking(element, field.child, pointerTo(place, position), list, slots, plan, reason)
          : [],
      );
    }
    return isRecord(value) ? lacking(value, field.child, place, list, slots, plan, reason) : [];
  });
  return [...own, ...below];
}

/**
 * An error `NESTED_FIELDS_DIFFER` for each record that lacks a field which others of its list carry.
 *
 * @param reason Why the item cannot be cut into slices, as a whole sentence.
 */
export function differingRecords(
  inspection: Inspection,
  { outline, plan }: Preparation,
  reason: string,
): ItemError[] {
  return outline.lists
    .flatMap((list) => {
      const mask = inspection.differing[list.index] ?? 0;
      const slots = list.slots.filter((slot) => mask & bitOf(slot));
      return slots.length === 0
        ? []
        : lacking(inspection.record, outline.root, '', list, slots, plan, reason);
    })
    .slice(0, mostPointers);
}
