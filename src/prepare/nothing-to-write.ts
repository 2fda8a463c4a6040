/**
 * Tells items that would be sent without changing anything.
 */
import type { ImportName } from '../contract/index.ts';
import type { FieldOutline, ListOutline, RecordOutline } from '../contract/outline.ts';
import { bitOf } from './field-plan.ts';
import type { Inspection } from './inspect.ts';
import type { Preparation } from './preparation.ts';
import type { ItemRecord } from './types.ts';

/** Imports in which the key alone makes a record: a relation between two SKUs, a price list. */
const createdByKeyAlone: ReadonlySet<ImportName> = new Set(['import-relations', 'import-price-lists']);

/** Whether a value is one that Connect does not look at, such as a price of null or 0. */
export function isSkipped({ definition }: FieldOutline, value: unknown): boolean {
  return definition.empty === 'skipped' && (value === null || value === 0);
}

function isWritten(record: ItemRecord, field: FieldOutline | undefined): boolean {
  return field !== undefined && record[field.name] !== undefined && !isSkipped(field, record[field.name]);
}

/** Whether one of the fields that the header list names is written. */
function isWrittenByList(
  record: ItemRecord,
  { slots }: ListOutline,
  carried: number,
  root: RecordOutline,
): boolean {
  for (const slot of slots) {
    if ((carried & bitOf(slot)) === 0) continue;
    if (!slot.skipped || slot.fields.some((name) => isWritten(record, root.fields.get(name)))) return true;
  }
  return false;
}

/** Whether an item holds its key and nothing that Connect writes. */
export function hasNothingToWrite(
  { record, carried }: Inspection,
  { options, outline }: Preparation,
): boolean {
  if (createdByKeyAlone.has(options.import)) return false;
  const { list, fields } = outline.root;
  // Nearly every item has a listed field: that is looked for first.
  if (list !== undefined && isWrittenByList(record, list, carried[list.index] ?? 0, outline.root))
    return false;
  if (carried.some((mask, index) => index !== list?.index && mask > 0)) return false;
  for (const field of fields.values()) {
    if (field.slot === undefined && !field.definition.key && isWritten(record, field)) return false;
  }
  return true;
}
