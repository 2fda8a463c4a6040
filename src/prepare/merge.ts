/**
 * Joins two changes of one record into one that leaves Connect as the two would, the later after the
 * earlier. Where the documents do not make that certain, there is no joint change.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ListDefinition, MergeRule } from '../contract/index.ts';
import type { FieldOutline, ImportOutline, RecordOutline } from '../contract/outline.ts';
import { elementKey } from './elements.ts';
import { bitOf, type FieldPlan } from './field-plan.ts';
import { isSkipped } from './nothing-to-write.ts';
import { isRecord, recordsIn } from './records.ts';
import type { ItemRecord } from './types.ts';

/** Where and why two changes cannot be joined. */
export interface MergeObstacle {
  /** Place in the item, as people read it, such as `Variants[].Skus[]`. */
  readonly place: string;
  readonly reason: string;
}

/** A joint change, or why there is none. */
export type MergeResult =
  | { readonly merged: ItemRecord; readonly obstacle?: never }
  | { readonly merged?: never; readonly obstacle: MergeObstacle };

/** Thrown inside a merge only, to leave it from any depth. */
class Obstacle extends Error {
  readonly place: string;
  constructor(place: string, reason: string) {
    super(reason);
    this.place = place;
  }
}

interface Context {
  readonly plan: FieldPlan;
  readonly fullFile: boolean;
}

function placeOf(outline: RecordOutline, name: string): string {
  return outline.place === '' ? name : `${outline.place}.${name}`;
}

/** Whether a switch of the request, or of the later record, is on for the lists of a record. */
function isOn(switchName: string, later: ItemRecord, outline: RecordOutline, context: Context): boolean {
  if (switchName === 'FullFile') return context.fullFile;
  if (Object.hasOwn(later, switchName)) return later[switchName] === true;
  // Products and variants, customers and companies have switches of the same name in lists of their own.
  const modifiers = outline.list === undefined ? [] : (context.plan.modifiers[outline.list.index] ?? []);
  return modifiers.some((value) => value.name === switchName);
}

function mergeRule(
  list: ListDefinition,
  later: ItemRecord,
  outline: RecordOutline,
  context: Context,
): MergeRule {
  if (typeof list.merge === 'string') return list.merge;
  const name = typeof list.shorter === 'object' ? list.shorter.switch : '';
  // Either clean-up of images makes their list complete.
  const names = name === 'AdditionalImagesCleanup' ? [name, 'ImagesAndFilesCleanup'] : [name];
  return names.some((candidate) => isOn(candidate, later, outline, context)) ? list.merge.on : list.merge.off;
}

/**
 * A value is written as a whole. What becomes of a part that the later value leaves out is not stated, so
 * only a later value that gives every part of the earlier one stands for both.
 */
function coversValue(earlier: unknown, later: unknown): boolean {
  if (Array.isArray(earlier)) return isDeepStrictEqual(earlier, later);
  if (!isRecord(earlier)) return true;
  if (!isRecord(later)) return later === null;
  return Object.keys(earlier).every(
    (name) => later[name] !== undefined && coversValue(earlier[name], later[name]),
  );
}

function mergeValue(earlier: unknown, later: unknown, place: string): unknown {
  if (coversValue(earlier, later)) return later;
  throw new Obstacle(place, 'the later value leaves out a part that the earlier one gives');
}

/** Flags of one single-choice group switch each other off, so two changes that set different ones keep their order. */
function checkFlags(earlier: readonly ItemRecord[], later: readonly ItemRecord[], place: string): void {
  const set = (flags: readonly ItemRecord[]) =>
    flags.filter((flag) => (flag.IsSet ?? flag.IsActive ?? true) === true).map((flag) => flag.Code);
  const before = set(earlier).filter((code) => !later.some((flag) => flag.Code === code));
  const after = set(later).filter((code) => !earlier.some((flag) => flag.Code === code));
  if (before.length > 0 && after.length > 0) {
    throw new Obstacle(place, 'both set flags, which may belong to one single-choice group');
  }
  for (const flag of later) {
    const former = earlier.find((candidate) => candidate.Code === flag.Code);
    if (former === undefined || isDeepStrictEqual(former, flag)) continue;
    const differ = (name: string) => (former[name] === true) !== (flag[name] === true);
    if (former.IsCreateOnly === true || differ('IsCreateOnly') || differ('IsLimitedUpdate')) {
      throw new Obstacle(place, 'a flag that is written on condition stands apart from another change of it');
    }
  }
}

/** Connect takes the first company that is marked as primary, a later change means its own. */
function checkPrimary(earlier: readonly ItemRecord[], later: readonly ItemRecord[], place: string): void {
  const isMarked = (link: ItemRecord) => link.IsPrimary === true;
  if (earlier.some(isMarked) && later.some(isMarked)) {
    throw new Obstacle(place, 'both mark a primary company, of which only the first would count');
  }
}

function mergeElements(
  earlier: readonly ItemRecord[],
  later: readonly ItemRecord[],
  field: FieldOutline & { readonly child: RecordOutline },
  context: Context,
): unknown[] {
  const { child } = field;
  const list = field.definition.list as ListDefinition;
  if (child.entity === 'Product.Flag' || child.entity === 'Customer.Flag') {
    checkFlags(earlier, later, child.place);
  }
  if (child.entity === 'Customer.CompanyIdentifier') checkPrimary(earlier, later, child.place);
  const merged: ItemRecord[] = [...earlier];
  const positions = new Map<string, number>();
  for (const [position, element] of earlier.entries()) {
    const key = elementKey(element, list);
    if (key === undefined) throw new Obstacle(child.place, 'an element has no key');
    positions.set(key, position);
  }
  for (const element of later) {
    const key = elementKey(element, list);
    if (key === undefined) throw new Obstacle(child.place, 'an element has no key');
    const position = positions.get(key);
    if (position === undefined) merged.push(element);
    else merged[position] = mergeRecords(merged[position] as ItemRecord, element, child, context);
  }
  if (child.entity === 'Product.Sku' && merged.length > Math.max(earlier.length, later.length)) {
    throw new Obstacle(child.place, 'they name different SKUs of one variant');
  }
  return merged;
}

/** A list that takes the place of an earlier one must take nothing along that the earlier one writes beside. */
function checkReplaced(earlier: readonly ItemRecord[], list: ListDefinition, place: string): void {
  if (typeof list.shorter === 'object' && list.shorter.switch === 'FullFile') {
    throw new Obstacle(
      place,
      'a full feed has to name all of them in one item, else it deactivates the others',
    );
  }
  if (list.links && earlier.some((link) => Object.keys(link).length > 1)) {
    throw new Obstacle(place, 'the later list replaces the earlier, which writes more than connections');
  }
}

function mergeLists(
  earlier: ItemRecord,
  later: ItemRecord,
  field: FieldOutline & { readonly child: RecordOutline },
  outline: RecordOutline,
  context: Context,
): unknown {
  const before = earlier[field.name];
  const after = later[field.name];
  if (isDeepStrictEqual(before, after)) return after;
  const place = placeOf(outline, field.name);
  switch (mergeRule(field.definition.list as ListDefinition, later, outline, context)) {
    case 'lastWins':
      checkReplaced(recordsIn(before), field.definition.list as ListDefinition, place);
      return after;
    case 'separate':
      throw new Obstacle(place, 'both carry this list, and what Connect does with two of them is not stated');
    case 'byKey':
      return mergeElements(recordsIn(before), recordsIn(after), field, context);
  }
}

function isCreateOnly({ slot }: FieldOutline, { list }: RecordOutline, { plan }: Context): boolean {
  if (slot === undefined || list === undefined) return false;
  return plan.values[list.index]?.[slot.bit]?.kind === 'createOnly';
}

/** Whether a record that lacks a field empties it, because the author wants it so and Connect does it. */
function isEmptied(field: FieldOutline, outline: RecordOutline, context: Context): boolean {
  const { slot, definition } = field;
  const { list } = outline;
  if (slot === undefined || list === undefined || definition.empty === 'skipped') return false;
  const isCleared = ((context.plan.clear[list.index] ?? 0) & bitOf(slot)) !== 0;
  return isCleared && !isCreateOnly(field, outline, context);
}

function mergeField(
  earlier: ItemRecord,
  later: ItemRecord,
  field: FieldOutline,
  outline: RecordOutline,
  context: Context,
): unknown {
  const before = earlier[field.name];
  const after = later[field.name];
  if (after === undefined) return isEmptied(field, outline, context) ? undefined : before;
  if (isSkipped(field, after) && before !== undefined) return before;
  if (before === undefined) return after;
  if (isCreateOnly(field, outline, context)) return before;
  const { child, definition } = field;
  if (child === undefined) return after;
  if (definition.type === 'records') return mergeLists(earlier, later, { ...field, child }, outline, context);
  if (child.list === undefined) return mergeValue(before, after, child.place);
  if (!isRecord(before) || !isRecord(after)) {
    if (before === after) return after;
    throw new Obstacle(child.place, 'what null does to a record with fields of its own is not stated');
  }
  const keys = child.identity[0] ?? [];
  if (keys.some((name) => !isDeepStrictEqual(before[name], after[name]))) {
    throw new Obstacle(child.place, 'they are about different records');
  }
  return mergeRecords(before, after, child, context);
}

/** A sale price makes the record active and its rule the fixed price, whatever else the record says. */
function checkPrices(earlier: ItemRecord, later: ItemRecord, place: string): void {
  const isPriced = (price: ItemRecord) => typeof price.PriceSale === 'number' && price.PriceSale !== 0;
  const hasRule = (price: ItemRecord) => Boolean(price.PriceRule) || Boolean(price.PriceRuleValue);
  const clash =
    (isPriced(earlier) && !isPriced(later) && (hasRule(later) || later.IsActive === false)) ||
    (isPriced(later) && hasRule(earlier)) ||
    (isPriced(earlier) && hasRule(later));
  if (clash)
    throw new Obstacle(place, 'a sale price and a later price rule or deactivation exclude each other');
}

/** Amounts of one change must not be read in the currency of another one, nor in none. */
function checkCurrency(earlier: ItemRecord, later: ItemRecord, { fields, place }: RecordOutline): void {
  // Where it has to come with every change, the later one is complete.
  if (fields.get('CurrencyCode')?.definition.unlisted !== 'harmless') return;
  if (earlier.CurrencyCode !== later.CurrencyCode) {
    throw new Obstacle(place, 'they name different currencies, or only one of them names its own');
  }
}

/** Connect leaves out a price record in which a mandatory field is empty; false is a value. */
function isLeftOut(price: ItemRecord, context: Context): boolean {
  const isEmpty = (value: unknown) => value === undefined || value === null || value === 0;
  return context.plan.mandatory.some(({ fields }) => fields.every((name) => isEmpty(price[name])));
}

function mergeRecords(
  earlier: ItemRecord,
  later: ItemRecord,
  outline: RecordOutline,
  context: Context,
): ItemRecord {
  if (outline.list === undefined) return mergeValue(earlier, later, outline.place) as ItemRecord;
  if (outline.entity === 'Product.SkuPriceList') {
    if (isLeftOut(later, context)) return earlier;
    if (isLeftOut(earlier, context)) return later;
    checkPrices(earlier, later, outline.place);
  }
  checkCurrency(earlier, later, outline);
  const merged: ItemRecord = { ...earlier, ...later };
  for (const name of Object.keys(merged)) {
    const field = outline.fields.get(name);
    if (field === undefined) continue;
    const value = mergeField(earlier, later, field, outline, context);
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  for (const { name, list } of outline.switches) {
    if (merged[list] === undefined) continue;
    // A list that adds to one that replaces still replaces; a list that replaces stands alone.
    if (earlier[list] !== undefined && later[list] !== undefined && later[name] === true) {
      merged[name] = earlier[name];
    } else if (later[list] === undefined && earlier[list] !== undefined) {
      merged[name] = earlier[name];
    }
  }
  return merged;
}

/**
 * The joint change of two items with one identity key, or why there is none. Both items have exact names
 * and have been validated; neither is changed.
 */
export function mergeItems(
  earlier: ItemRecord,
  later: ItemRecord,
  outline: ImportOutline,
  plan: FieldPlan,
  fullFile: boolean,
): MergeResult {
  try {
    return { merged: mergeRecords(earlier, later, outline.root, { plan, fullFile }) };
  } catch (thrown) {
    if (thrown instanceof Obstacle) return { obstacle: { place: thrown.place, reason: thrown.message } };
    throw thrown;
  }
}
