/**
 * The request header of a group of items: which fields are written, and under which switches.
 */
import { imports } from '../contract/index.ts';
import type { ImportOutline, ListOutline } from '../contract/outline.ts';
import { bitOf, type FieldPlan } from './field-plan.ts';
import type { PrepareOptions, RequestHeader } from './types.ts';

/** Fields per header list that a request writes, -1 where it holds no record that the list governs. */
export type CarriedFields = readonly number[];

function slotBit(list: ListOutline, field: string): number {
  const slot = list.slots.find((candidate) => candidate.fields.includes(field));
  return slot === undefined ? 0 : bitOf(slot);
}

/** Mandatory price fields must be listed too; where one is empty the record is skipped, so that is harmless. */
function withMandatory(list: ListOutline, mask: number, plan: FieldPlan, mandatoryList: boolean): number {
  if (!mandatoryList) return mask;
  return plan.mandatory.reduce((all, value) => all | slotBit(list, value.fields[0] ?? ''), mask);
}

function listNumbers(list: ListOutline, mask: number, plan: FieldPlan): number[] {
  const fields = list.slots.flatMap((slot) => {
    const value = plan.values[list.index]?.[slot.bit];
    return mask & bitOf(slot) && value !== undefined ? [value.number] : [];
  });
  // A clean-up is true only where every item carries the list that is cleaned; a listed field is carried by all.
  const modifiers = (plan.modifiers[list.index] ?? []).filter(
    (value) => value.cleans === undefined || mask & slotBit(list, value.cleans),
  );
  return [...fields, ...modifiers.map((value) => value.number)].sort((left, right) => left - right);
}

/**
 * The header for a request. Enumeration values are numbers, because names are spelled differently in the
 * documents; lists that name nothing are left out, except the one of the items themselves.
 */
export function requestHeader(
  outline: ImportOutline,
  plan: FieldPlan,
  options: PrepareOptions,
  carried: CarriedFields,
): RequestHeader {
  const header: Record<string, number | boolean | readonly number[]> = { AccountId: options.accountId };
  if (outline.header.fullFile) header.FullFile = options.fullFile;
  if (imports[outline.name].entity === 'Supplier.SupplierProduct' && options.supplierId !== undefined) {
    header.SupplierId = options.supplierId;
  }
  for (const list of outline.lists) {
    const mask = carried[list.index] ?? -1;
    const isRoot = list === outline.root.list;
    if (mask === -1 && !isRoot) continue;
    const holdsPrices = outline.header.lists[list.name]?.governs.includes('Product.SkuPriceList') ?? false;
    const numbers = listNumbers(list, withMandatory(list, Math.max(mask, 0), plan, holdsPrices), plan);
    if (numbers.length > 0 || isRoot) header[list.name] = numbers;
    if (holdsPrices && outline.mandatory !== undefined && plan.mandatory.length > 0) {
      header[outline.mandatory.name] = plan.mandatory.map((value) => value.number);
    }
  }
  return header;
}

/** What the header's rules about lists that need each other find missing; undefined when nothing is. */
export function brokenDependency(outline: ImportOutline, carried: CarriedFields): string | undefined {
  for (const { when, needs, value } of outline.header.dependencies) {
    const list = outline.lists.find((candidate) => candidate.name === when);
    const needed = outline.lists.find((candidate) => candidate.name === needs);
    if (list === undefined || needed === undefined || (carried[list.index] ?? -1) <= 0) continue;
    const mask = Math.max(carried[needed.index] ?? -1, 0);
    if (value === undefined ? mask === 0 : (mask & slotBit(needed, value)) === 0) {
      return `Fields in ${when} need ${value === undefined ? 'at least one field' : value} in ${needs}.`;
    }
  }
  return undefined;
}
