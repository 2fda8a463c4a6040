/**
 * An item that is to be cut, as a tree of its records: what each carries, what it needs from the first slice
 * on, and which of its lists may be sent in part.
 */
import type { ListRule } from '../contract/index.ts';
import type { FieldOutline, RecordOutline, Slot } from '../contract/outline.ts';
import { bitOf, type FieldPlan } from './field-plan.ts';
import { isComplete } from './identity.ts';
import type { Preparation } from './preparation.ts';
import { isRecord } from './records.ts';
import type { ItemRecord } from './types.ts';

/** Thrown where an item or a feed cannot be cut; the message says why, as a whole sentence. */
export class Uncuttable extends Error {}

/** Fields that records inside a value carry, per header list: a request that holds the value lists just these. */
export type Requirements = ReadonlyMap<number, number>;

/** A list of records of which Connect keeps those that a slice leaves out. */
export interface Branch {
  readonly field: FieldOutline;
  /** Bit of the list's own entry; 0 where it has none. */
  readonly bit: number;
  /** The record that holds the list is found by what is in it. */
  readonly finds: boolean;
  readonly nodes: readonly RecordNode[];
}

/** One record. Masks are those of its header list. */
export interface RecordNode {
  readonly record: ItemRecord;
  readonly outline: RecordOutline;
  /** Index of the header list that governs it, -1 where none does. */
  readonly list: number;
  /** Keys and what every update needs: in every slice that holds the record. */
  readonly base: number;
  /** Everything else, but for lists that may be sent in part. */
  readonly parts: number;
  /** All that it carries. */
  readonly carried: number;
  /**
   * What has to be in the first slice, because only a new record takes it, nothing is created without it, or a
   * price would be active until it came.
   */
  readonly birth: number;
  /** Connect finds it by what is in it alone. */
  readonly isFoundInside: boolean;
  readonly branches: readonly Branch[];
  /** What values that hold governed records require, by the bit of the value. */
  readonly values: ReadonlyMap<number, Requirements>;
}

/** Two sets of requirements joined; undefined where no header list is true for both. */
export function joinRequirements(
  left: Requirements,
  right: Requirements,
  plan: FieldPlan,
): Requirements | undefined {
  const joint = new Map(left);
  for (const [list, mask] of right) {
    const known = left.get(list);
    if (known !== undefined && ((known ^ mask) & ~(plan.skipped[list] ?? 0)) !== 0) return undefined;
    joint.set(list, (known ?? 0) | mask);
  }
  return joint;
}

/** The record with null for each field that the author wants emptied where it is missing. */
export function withCleared(record: ItemRecord, outline: RecordOutline, plan: FieldPlan): ItemRecord {
  if (plan.clear.every((mask) => mask === 0)) return record;
  const cleared: ItemRecord = { ...record };
  const clear = plan.clear[outline.list?.index ?? -1] ?? 0;
  for (const field of outline.fields.values()) {
    const value = record[field.name];
    if (value === undefined) {
      if (field.slot !== undefined && (clear & bitOf(field.slot)) !== 0) cleared[field.name] = null;
    } else if (field.child !== undefined) {
      const { child } = field;
      const below = (element: unknown) => (isRecord(element) ? withCleared(element, child, plan) : element);
      cleared[field.name] = Array.isArray(value) ? value.map(below) : below(value);
    }
  }
  return cleared;
}

function isKept(rule: ListRule, record: ItemRecord): boolean {
  if (typeof rule === 'string') return rule === 'keep';
  // Only a FullFile request makes such a list complete, and that one is never sent in part.
  return rule.switch === 'FullFile' || record[rule.switch] === true;
}

function isBranch(field: FieldOutline, record: ItemRecord): boolean {
  const { child, definition } = field;
  const value = record[field.name];
  // A record without an identity cannot be found again by a later slice.
  if (child?.list === undefined || child.identity.length === 0 || definition.list === undefined) return false;
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(isRecord) &&
    isKept(definition.list.shorter, record)
  );
}

/** What the records in a value carry. */
function requirementsOf(value: unknown, outline: RecordOutline, plan: FieldPlan): Requirements {
  if (Array.isArray(value)) {
    return value.reduce<Requirements>((all, element: unknown) => {
      const joint = joinRequirements(all, requirementsOf(element, outline, plan), plan);
      if (joint === undefined) {
        throw new Uncuttable(
          `${outline.place} stands in a list or value that is written as a whole, so its records have to carry the same fields.`,
        );
      }
      return joint;
    }, new Map());
  }
  if (!isRecord(value)) return new Map();
  let own = 0;
  for (const name of Object.keys(value)) {
    const slot = outline.fields.get(name)?.slot;
    if (slot !== undefined) own |= bitOf(slot);
  }
  let all: Requirements = outline.list === undefined ? new Map() : new Map([[outline.list.index, own]]);
  for (const { name, child } of outline.holders) {
    if (value[name] === undefined) continue;
    const joint = joinRequirements(all, requirementsOf(value[name], child, plan), plan);
    if (joint === undefined)
      throw new Uncuttable(`Records in ${outline.place} have to carry the same fields.`);
    all = joint;
  }
  return all;
}

function isInBirth(
  field: FieldOutline,
  slot: Slot,
  outline: RecordOutline,
  linked: boolean,
  preparation: Preparation,
): boolean {
  const { plan, bounds } = preparation;
  if (field.definition.required === 'insert' && !linked) return true;
  if (outline.list !== undefined && plan.values[outline.list.index]?.[slot.bit]?.kind === 'createOnly')
    return true;
  // Connect skips a price in which one of these is empty: they come with every part of it.
  const isPrice = outline.entity === 'Product.SkuPriceList';
  if (isPrice && !slot.skipped && plan.mandatory.some(({ fields }) => fields.includes(field.name)))
    return true;
  return outline.place === '' && bounds.includes(field.name);
}

/** A sale price makes its record active: what says that it is not has to come in the same request. */
function isHeldInactive(name: string, record: ItemRecord, { entity }: RecordOutline): boolean {
  const isPriced = entity === 'Product.SkuPriceList' && Boolean(record.PriceSale);
  return isPriced && name === 'IsActive' && record.IsActive === false;
}

/** Where a record stands. */
interface Place {
  /** It exists already: nothing is needed to create it. */
  readonly linked: boolean;
  /** The record around it. */
  readonly holder?: ItemRecord;
}

function isFoundInside(record: ItemRecord, outline: RecordOutline, holder: ItemRecord | undefined): boolean {
  // The number of a variant says nothing without the code of its manufacturer.
  if (outline.entity === 'Product.Variant' && !holder?.ManufacturerCode) return true;
  return (outline.identity.find((names) => isComplete(record, names)) ?? []).some((name) =>
    name.includes('[]'),
  );
}

/**
 * The tree of a checked record.
 *
 * @throws {Uncuttable} where records in a value that is written as a whole carry different fields.
 */
export function recordTree(
  record: ItemRecord,
  outline: RecordOutline,
  preparation: Preparation,
  { linked, holder }: Place = { linked: false },
): RecordNode {
  let base = 0;
  let parts = 0;
  let birth = 0;
  let paths = 0;
  const branches: Branch[] = [];
  const values = new Map<number, Requirements>();
  for (const name of Object.keys(record)) {
    const field = outline.fields.get(name);
    if (field === undefined) continue;
    const { child, definition, slot } = field;
    const bit = slot === undefined ? 0 : bitOf(slot);
    if (child !== undefined && isBranch(field, record)) {
      const finds = outline.identity.some((names) => names.some((path) => path.startsWith(`${name}[]`)));
      const links = linked || definition.list?.links === true;
      const nodes = (record[name] as ItemRecord[]).map((element) =>
        recordTree(element, child, preparation, { linked: links, holder: record }),
      );
      branches.push({ field, bit, finds, nodes });
      paths |= bit;
      if (finds) birth |= bit;
      continue;
    }
    if (slot === undefined) continue;
    if (definition.key || definition.required === 'always') base |= bit;
    else parts |= bit;
    if (isInBirth(field, slot, outline, linked, preparation) || isHeldInactive(name, record, outline)) {
      birth |= bit;
    }
    if (child !== undefined) values.set(bit, requirementsOf(record[name], child, preparation.plan));
  }
  return {
    record,
    outline,
    list: outline.list?.index ?? -1,
    base,
    parts,
    carried: base | parts | paths,
    birth: birth | base,
    isFoundInside: isFoundInside(record, outline, holder),
    branches,
    values,
  };
}

/** A record and all that a slice may leave out below it, the record first. */
export function* nodesIn(node: RecordNode): Generator<RecordNode> {
  yield node;
  for (const { nodes } of node.branches) for (const below of nodes) yield* nodesIn(below);
}
