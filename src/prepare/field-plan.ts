/**
 * An author's choice of fields and switches, checked against the contract and turned into bit masks.
 */
import { type FieldDefinition, type ListValue, mayBeEmptied } from '../contract/index.ts';
import type { FieldOutline, ImportOutline, ListOutline, RecordOutline, Slot } from '../contract/outline.ts';
import { ConnectError } from '../errors.ts';
import type { ListedValues, PrepareOptions } from './types.ts';

/** Pseudo list under which an author chooses fields that no header list governs. */
export const withoutListEntry = 'WithoutListEntry';

/** A checked choice. Masks are indexed by {@link ListOutline.index}, their bits by {@link Slot.bit}. */
export interface FieldPlan {
  /** Which fields may be written; not given when the items decide. */
  readonly chosen?: readonly number[];
  /** `Entity.Field` of chosen fields without a list entry; meaningful with `chosen` only. */
  readonly unlisted: ReadonlySet<string>;
  /** The value that stands in a list for each slot: plain, on create only, or unless changed by hand. */
  readonly values: readonly (readonly ListValue[])[];
  /** Fields that are listed even where a record lacks them, and so emptied. */
  readonly clear: readonly number[];
  /** Fields that Connect skips when empty: listing them for a record without them changes nothing. */
  readonly skipped: readonly number[];
  readonly modifiers: readonly (readonly ListValue[])[];
  /** Price fields without which Connect skips the record. */
  readonly mandatory: readonly ListValue[];
  /** A switch clears before the import starts: the items must stay in one request. */
  readonly clearsFirst: boolean;
}

/** Bit mask of a slot. */
export function bitOf(slot: Slot): number {
  return 1 << slot.bit;
}

function unknownName(list: string, name: string | number, allowed: readonly string[]): ConnectError {
  return new ConnectError(
    'FIELD_UNKNOWN',
    `${list} has no value ${JSON.stringify(name)} that may stand here.`,
    {
      details: { list, name, allowed },
    },
  );
}

function find<Value extends { readonly name: string; readonly number: number }>(
  list: string,
  values: readonly Value[],
  wanted: string | number,
): Value {
  const lower = String(wanted).toLowerCase();
  const found = values.find((value) => value.name.toLowerCase() === lower || String(value.number) === lower);
  if (found === undefined) {
    throw unknownName(
      list,
      wanted,
      values.map((value) => value.name),
    );
  }
  return found;
}

function checkedLists(outline: ImportOutline, given: ListedValues, extra: readonly string[]): void {
  const known = [...outline.lists.map((list) => list.name), ...extra];
  for (const [name, values] of Object.entries(given)) {
    if (!known.includes(name)) {
      throw new ConnectError('FIELD_UNKNOWN', `${outline.name} has no list ${JSON.stringify(name)}.`, {
        details: { list: name, allowed: known },
      });
    }
    if (!Array.isArray(values) || values.some((value) => !['string', 'number'].includes(typeof value))) {
      throw new ConnectError('OPTION_INVALID', `${name} must be a list of names or numbers.`, {
        details: { list: name },
      });
    }
  }
}

function variantsOf(slot: Slot): ListValue[] {
  return [slot.write, slot.createOnly, slot.limitedUpdate].filter((value) => value !== undefined);
}

/** Chosen fields of one list; throws `FIELD_CHOSEN_TWICE` when two variants of a field are chosen. */
function chooseIn(list: ListOutline, wanted: readonly (string | number)[], values: ListValue[]): number {
  const all = list.slots.flatMap(variantsOf);
  let mask = 0;
  for (const name of wanted) {
    const value = find(list.name, all, name);
    const slot = list.slots.find((candidate) => variantsOf(candidate).includes(value)) as Slot;
    if (mask & bitOf(slot) && values[slot.bit] !== value) {
      throw new ConnectError('FIELD_CHOSEN_TWICE', `${list.name}: choose one variant of ${slot.write.name}.`);
    }
    mask |= bitOf(slot);
    values[slot.bit] = value;
  }
  return mask;
}

/** Nested fields need the fields that hold them: chooses those too. Tells whether anything below is chosen. */
function chooseHolders(record: RecordOutline, above: readonly ListOutline[], chosen: number[]): boolean {
  const { list } = record;
  let any = list !== undefined && !above.includes(list) && chosen[list.index] !== 0;
  const path = list === undefined ? above : [...above, list];
  for (const field of record.fields.values()) {
    if (field.child === undefined || !chooseHolders(field.child, path, chosen)) continue;
    if (list !== undefined && field.slot !== undefined)
      chosen[list.index] = (chosen[list.index] ?? 0) | bitOf(field.slot);
    any = true;
  }
  return any;
}

function slotDefinitions(record: RecordOutline, list: ListOutline, slot: Slot): FieldDefinition[] {
  const fields: FieldOutline[] = [...record.fields.values()];
  return fields.flatMap((field) => [
    ...(record.list === list && field.slot === slot ? [field.definition] : []),
    ...(field.child === undefined ? [] : slotDefinitions(field.child, list, slot)),
  ]);
}

function clearIn(outline: ImportOutline, list: ListOutline, wanted: readonly (string | number)[]): number {
  let mask = 0;
  for (const name of wanted) {
    const value = find(list.name, list.slots.flatMap(variantsOf), name);
    const slot = list.slots.find((candidate) => variantsOf(candidate).includes(value)) as Slot;
    const definitions = slotDefinitions(outline.root, list, slot);
    if (definitions.length === 0 || !definitions.every(mayBeEmptied)) {
      throw new ConnectError('FIELD_NOT_CLEARABLE', `${list.name}: ${slot.write.name} cannot be empty.`);
    }
    mask |= bitOf(slot);
  }
  return mask;
}

function unlistedFields(record: RecordOutline): string[] {
  return [...record.fields.values()].flatMap((field) => [
    ...(field.definition.unlisted === 'harmless' ? [`${record.entity}.${field.name}`] : []),
    ...(field.child === undefined ? [] : unlistedFields(field.child)),
  ]);
}

function unlistedChoice(outline: ImportOutline, wanted: readonly (string | number)[]): Set<string> {
  const known = unlistedFields(outline.root);
  return new Set(
    wanted.map((name) => {
      const found = known.find((field) => field.toLowerCase() === String(name).toLowerCase());
      if (found === undefined) throw unknownName(withoutListEntry, name, known);
      return found;
    }),
  );
}

/** Whether the choice lets records that a list governs into the body. */
function isSent(record: RecordOutline, list: ListOutline, chosen: readonly number[]): boolean {
  if (record.list === list) return true;
  const mask = chosen[record.list?.index ?? -1] ?? 0;
  return record.holders.some(
    ({ slot, child }) => slot !== undefined && (mask & bitOf(slot)) !== 0 && isSent(child, list, chosen),
  );
}

/** Connect would skip every price in silence if a field without which it skips them were never written. */
function checkMandatory(
  { lists, root, header }: ImportOutline,
  mandatory: readonly ListValue[],
  chosen: readonly number[],
): void {
  const list = lists.find(({ name }) => header.lists[name]?.governs.includes('Product.SkuPriceList'));
  if (list === undefined || !isSent(root, list, chosen)) return;
  for (const { name, fields } of mandatory) {
    const slot = list.slots.find((candidate) => candidate.fields.includes(fields[0] ?? ''));
    if (slot !== undefined && ((chosen[list.index] ?? 0) & bitOf(slot)) !== 0) continue;
    throw new ConnectError(
      'FIELD_NOT_CHOSEN',
      `Prices without ${name} are to be skipped, but ${name} is not among the chosen fields of ${list.name}: Connect would skip every price. Choose ${name} too, or do not make it mandatory.`,
      { details: { list: list.name, name } },
    );
  }
}

/**
 * Checks an author's choice and compiles it.
 *
 * @throws ConnectError `FIELD_UNKNOWN` for a list or value that the import does not have,
 *   `FIELD_CHOSEN_TWICE`, `FIELD_NOT_CHOSEN` for a mandatory price field outside the choice,
 *   `FIELD_NOT_CLEARABLE`, `OPTION_INVALID`.
 */
export function planFields(
  outline: ImportOutline,
  options: Pick<PrepareOptions, 'fields' | 'clear' | 'switches' | 'fullFile'>,
): FieldPlan {
  const { lists, mandatory } = outline;
  const values = lists.map((list) => list.slots.map((slot) => slot.write));
  checkedLists(outline, options.clear, []);
  checkedLists(outline, options.switches, mandatory === undefined ? [] : [mandatory.name]);

  let chosen: number[] | undefined;
  let unlisted = new Set<string>();
  if (options.fields !== 'carried') {
    const { fields } = options;
    checkedLists(outline, fields, [withoutListEntry]);
    chosen = lists.map((list) => chooseIn(list, fields[list.name] ?? [], values[list.index] as ListValue[]));
    chooseHolders(outline.root, [], chosen);
    unlisted = unlistedChoice(outline, fields[withoutListEntry] ?? []);
  }

  const mandatoryValues =
    mandatory === undefined
      ? []
      : (options.switches[mandatory.name] ?? []).map((name) => find(mandatory.name, mandatory.values, name));
  if (chosen !== undefined) checkMandatory(outline, mandatoryValues, chosen);
  const modifiers = lists.map((list) =>
    (options.switches[list.name] ?? []).map((name) => find(list.name, list.modifiers, name)),
  );
  return {
    ...(chosen === undefined ? {} : { chosen }),
    unlisted,
    values,
    clear: lists.map(
      (list) => clearIn(outline, list, options.clear[list.name] ?? []) & (chosen?.[list.index] ?? 0),
    ),
    skipped: lists.map((list) =>
      list.slots.reduce((mask, slot) => (slot.skipped ? mask | bitOf(slot) : mask), 0),
    ),
    modifiers: modifiers.map((list) =>
      list.filter((value) => options.fullFile || value.name !== 'FullfileResetInheritance'),
    ),
    mandatory: mandatoryValues,
    clearsFirst: modifiers.some((list) => list.some((value) => value.clearsFirst)),
  };
}
