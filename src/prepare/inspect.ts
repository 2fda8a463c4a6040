/**
 * One walk over an item with exact names: puts values into the form that Connect reads, leaves out what the
 * author did not choose, and notes which fields each kind of record carries.
 */
import { enums, type ListDefinition } from '../contract/index.ts';
import type { FieldOutline, ImportOutline, RecordOutline } from '../contract/outline.ts';
import { CarriedNotes } from './carried-notes.ts';
import { uniqueElements } from './elements.ts';
import { bitOf, type FieldPlan } from './field-plan.ts';
import { isComplete } from './identity.ts';
import { isPlainList, isRecord, pointerTo, recordsIn } from './records.ts';
import type { ItemError, ItemRecord } from './types.ts';

/** What the walk found out about an item. */
export interface Inspection {
  /** The item in the form in which it is sent; the given object itself where nothing had to change. */
  readonly record: ItemRecord;
  /** Per header list the fields that any of its records carries, -1 where the item has no such record. */
  readonly carried: readonly number[];
  /** Per header list the fields that some of the item's records carry and others lack. */
  readonly differing: readonly number[];
  readonly errors: readonly ItemError[];
  /** Places of fields that only a new record needs and that are missing. */
  readonly missingForInsert: ReadonlySet<string>;
}

interface Walk {
  readonly plan: FieldPlan;
  readonly carried: CarriedNotes;
  readonly errors: ItemError[];
  readonly missingForInsert: Set<string>;
}

const enumEntries = new Map<string, ReadonlyMap<unknown, readonly [string, number]>>();

/** Entries of an enumeration by number and by name in lower case. */
function entriesOf(name: keyof typeof enums): ReadonlyMap<unknown, readonly [string, number]> {
  let entries = enumEntries.get(name);
  if (entries === undefined) {
    const pairs: [string, number][] = Object.entries(enums[name]);
    const lookup = new Map<unknown, readonly [string, number]>();
    for (const pair of pairs) lookup.set(pair[1], pair).set(pair[0].toLowerCase(), pair);
    enumEntries.set(name, lookup);
    entries = lookup;
  }
  return entries;
}

/** Enumerations are given as numbers or names; Connect gets the form that its reference shows. */
function enumValue(field: FieldOutline, value: unknown): unknown {
  const entries = entriesOf(field.definition.enum as keyof typeof enums);
  const entry = entries.get(typeof value === 'string' ? value.trim().toLowerCase() : value);
  if (entry === undefined) return value;
  return field.definition.enumAs === 'name' ? entry[0] : entry[1];
}

function scalarValue(field: FieldOutline, value: unknown): unknown {
  const { definition } = field;
  if (definition.enum !== undefined) return enumValue(field, value);
  if (definition.type === 'date' && value instanceof Date && !Number.isNaN(value.getTime())) {
    return value.toISOString();
  }
  return definition.key && typeof value === 'string' ? value.trim() : value;
}

/** The value as it is sent; undefined where it says nothing. */
function fieldValue(
  field: FieldOutline,
  value: unknown,
  pointer: string,
  walk: Walk,
  linked: boolean,
): unknown {
  const { child, definition } = field;
  if (value === null) {
    // Connect skips these when they are empty, and a .NET number could not even read the null.
    return definition.empty === 'skipped' ? undefined : null;
  }
  const place = pointerTo(pointer, field.name);
  if (Array.isArray(value) && !isPlainList(value)) {
    walk.errors.push({
      path: place,
      code: 'FORBIDDEN_PROPERTY',
      message: 'A list that writes its own JSON would not be sent as it was checked.',
    });
  }
  if (child === undefined) return scalarValue(field, value);
  const links = linked || definition.list?.links === true;
  if (definition.type === 'record') {
    return isRecord(value) ? walkRecord(value, child, place, walk, links) : value;
  }
  if (!Array.isArray(value)) return value;
  let copy: unknown[] | undefined;
  for (let position = 0; position < value.length; position++) {
    const element = value[position];
    if (!isRecord(element)) continue;
    const walked = walkRecord(element, child, pointerTo(place, position), walk, links);
    if (walked === element) continue;
    copy ??= [...value];
    copy[position] = walked;
  }
  return uniqueElements(copy ?? value, definition.list as ListDefinition, place, walk.errors);
}

/** Whether the author's choice leaves a field out of the body. */
function isLeftOut(
  field: FieldOutline,
  outline: RecordOutline,
  plan: FieldPlan,
  keys: ReadonlySet<string>,
): boolean {
  if (plan.chosen === undefined || keys.has(field.name)) return false;
  const { slot, child, definition } = field;
  if (slot !== undefined) return ((plan.chosen[outline.list?.index ?? -1] ?? 0) & bitOf(slot)) === 0;
  if (definition.unlisted !== 'harmless') return false;
  // A holder without a list entry comes along when anything in its records is chosen.
  const below = child?.list;
  if (below !== undefined && below !== outline.list && (plan.chosen[below.index] ?? 0) !== 0) return false;
  return !plan.unlisted.has(`${outline.entity}.${field.name}`);
}

const noKeys: ReadonlySet<string> = new Set();

/** Whether every list on the way to a key such as `Variants[].Skus[].PartNo` is part of the choice. */
function isReached(path: string, outline: RecordOutline, chosen: readonly number[]): boolean {
  let record: RecordOutline | undefined = outline;
  for (const step of path.split('.').filter((name) => name.endsWith('[]'))) {
    const field: FieldOutline | undefined = record?.fields.get(step.slice(0, -2));
    const mask: number = chosen[record?.list?.index ?? -1] ?? 0;
    if (field?.slot === undefined || (mask & bitOf(field.slot)) === 0) return false;
    record = field.child;
  }
  return true;
}

/** Fields by which Connect finds this very record: they stay in the body whatever the author chose. */
function keptKeys(
  outline: RecordOutline,
  record: ItemRecord,
  chosen: readonly number[],
): ReadonlySet<string> {
  const complete = outline.identity.filter((names) => isComplete(record, names));
  const reached = complete.filter((names) => names.every((name) => isReached(name, outline, chosen)));
  // A key of a nested record finds this one too, and needs no field of this one to be written.
  const nested = reached.find((names) => names.every((name) => name.includes('[]')));
  const kept = (nested ?? reached[0] ?? complete[0] ?? []).map((name) => name.split('[]')[0] as string);
  if (outline.entity !== 'Product.Product') return new Set(kept);
  // A variant without SKUs is known by the code that stands in its product.
  const byManufacturer = nested === undefined && isReached('Variants[].ManufacturerPartNo', outline, chosen);
  // Connect takes several variants of one product only under the code of their cluster.
  const isCluster = kept.includes('Variants') && recordsIn(record.Variants).length > 1;
  return new Set([...kept, ...(byManufacturer ? ['ManufacturerCode'] : []), ...(isCluster ? ['Code'] : [])]);
}

function walkRecord(
  given: ItemRecord,
  outline: RecordOutline,
  pointer: string,
  walk: Walk,
  linked: boolean,
): ItemRecord {
  const { chosen } = walk.plan;
  const keys = chosen === undefined ? noKeys : keptKeys(outline, given, chosen);
  let record = given;
  let mask = 0;
  for (const name of Object.keys(given)) {
    const field = outline.fields.get(name);
    if (field === undefined) continue;
    const value = given[name];
    const sent = isLeftOut(field, outline, walk.plan, keys)
      ? undefined
      : fieldValue(field, value, pointer, walk, linked);
    if (sent !== value) {
      if (record === given) record = { ...given };
      if (sent === undefined) delete record[name];
      else record[name] = sent;
    }
    if (sent !== undefined && field.slot !== undefined) mask |= bitOf(field.slot);
  }
  checkRecord(record, outline, pointer, walk, linked);
  if (outline.list !== undefined) walk.carried.add(outline.list, mask);
  return record;
}

/** Whether the schema, or the check of a record below, says which part of the key is missing. */
function isToldElsewhere(record: ItemRecord, outline: RecordOutline): boolean {
  return outline.identity.flat().some((name) => {
    const [list, below] = name.split('[]');
    if (below !== undefined) return recordsIn(record[list as string]).length > 0;
    const isMissing = record[name] === undefined || record[name] === null;
    return isMissing && outline.fields.get(name)?.definition.required === 'always';
  });
}

/** What the schema cannot say: fields that belong together, keys of nested records, needs of a new record. */
function checkRecord(
  record: ItemRecord,
  outline: RecordOutline,
  pointer: string,
  walk: Walk,
  linked: boolean,
): void {
  for (const slot of outline.joined) {
    const given = slot.fields.filter((name) => record[name] !== undefined);
    if (given.length === 0 || given.length === slot.fields.length) continue;
    walk.errors.push({
      path: pointer,
      code: 'FIELDS_BELONG_TOGETHER',
      message: `${slot.fields.join(' and ')} are written together: one without the other would be emptied.`,
    });
  }
  for (const { name, list } of outline.switches) {
    if (record[name] !== undefined || record[list] === undefined) continue;
    walk.errors.push({
      path: pointerTo(pointer, name),
      code: 'SWITCH_MISSING',
      message: `${list} needs ${name}: true keeps what the list leaves out, false disconnects it.`,
    });
  }
  if (!linked) {
    for (const name of outline.neededForInsert) {
      if (record[name] === undefined) {
        walk.missingForInsert.add(`${outline.place === '' ? '' : `${outline.place}.`}${name}`);
      }
    }
  }
  const needsKey = outline.place !== '' && outline.list !== undefined && outline.identity.length > 0;
  const isFound = outline.identity.some((names) => isComplete(record, names));
  if (needsKey && !isFound && !isToldElsewhere(record, outline)) {
    walk.errors.push({
      path: pointer,
      code: 'KEY_MISSING',
      message: `Connect cannot tell which ${outline.entity} is meant: give ${outline.identity.map((names) => names.join(' + ')).join(', or ')}.`,
    });
  }
}

/** Walks an item that has exact names. Types are left to the schema: what is no record is passed by. */
export function inspect(item: ItemRecord, outline: ImportOutline, plan: FieldPlan): Inspection {
  const walk: Walk = {
    plan,
    carried: new CarriedNotes(outline, plan),
    errors: [],
    missingForInsert: new Set(),
  };
  const record = walkRecord(item, outline.root, '', walk, false);
  return {
    record,
    carried: walk.carried.any,
    differing: walk.carried.differing(),
    errors: walk.errors,
    missingForInsert: walk.missingForInsert,
  };
}
