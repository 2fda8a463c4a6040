/**
 * Tells items that would be sent without changing anything.
 */
import type { ImportName } from '../contract/index.ts';
import type { FieldOutline, Slot } from '../contract/outline.ts';
import { bitOf } from './field-plan.ts';
import type { Inspection } from './inspect.ts';
import type { Preparation } from './preparation.ts';

/** Imports in which the key alone makes a record: a relation between two SKUs, a price list. */
const createdByKeyAlone: ReadonlySet<ImportName> = new Set(['import-relations', 'import-price-lists']);

/** Whether a value is one that Connect does not look at, such as a price of null or 0. */
export function isSkipped({ definition }: FieldOutline, value: unknown): boolean {
  return definition.empty === 'skipped' && (value === null || value === 0);
}

/** Whether an item holds its key and nothing that Connect writes. */
export function hasNothingToWrite(
  { record, carried }: Inspection,
  { options, outline }: Preparation,
): boolean {
  if (createdByKeyAlone.has(options.import)) return false;
  const { list, fields } = outline.root;
  const isWritten = (field: FieldOutline | undefined): boolean =>
    field !== undefined && record[field.name] !== undefined && !isSkipped(field, record[field.name]);
  const isWrittenByList = (slot: Slot): boolean => {
    const isListed = ((carried[list?.index ?? -1] ?? 0) & bitOf(slot)) !== 0;
    return isListed && (!slot.skipped || slot.fields.some((name) => isWritten(fields.get(name))));
  };
  // Nearly every item has a listed field: that is looked for first.
  if (list?.slots.some(isWrittenByList)) return false;
  if (carried.some((mask, index) => index !== list?.index && mask > 0)) return false;
  for (const field of fields.values()) {
    if (field.slot === undefined && !field.definition.key && isWritten(field)) return false;
  }
  return true;
}
