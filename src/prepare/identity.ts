/**
 * By what Connect knows a record: identity keys, and what an item lays claim to beside its own key.
 */
import type { ImportName } from '../contract/index.ts';
import { recordsIn } from './records.ts';
import type { ItemRecord } from './types.ts';

/** What an item is known by. Every text is unique within an import. */
export interface Identity {
  /** The first alternative that is complete, such as `Code`, with its values. */
  readonly key: string;
  /** Further alternatives that are complete: under each of them another item may mean the same record. */
  readonly aliases: readonly string[];
  /** Records inside the item that no other item may touch in the same request. */
  readonly inside: readonly string[];
}

/** Values at a path such as `Variants[].Skus[].PartNo`; an empty array where anything on the way is missing. */
function valuesAt(record: ItemRecord, path: string): unknown[] {
  const [name, ...rest] = path.split('.');
  const isList = name?.endsWith('[]') ?? false;
  const value = record[isList ? (name as string).slice(0, -2) : (name as string)];
  if (rest.length === 0) return value === undefined || value === null || value === '' ? [] : [value];
  const elements = isList ? value : [value];
  if (!Array.isArray(elements)) return [];
  const found = elements.map((element: unknown) =>
    typeof element === 'object' && element !== null ? valuesAt(element as ItemRecord, rest.join('.')) : [],
  );
  return found.some((values) => values.length === 0) ? [] : found.flat();
}

/** A .NET number that is part of a key reads as its default when it is left out. */
const defaultKeyValues: Readonly<Record<string, number>> = { QuantityBreak: 0, QtyBreak: 1 };

function keyValues(record: ItemRecord, path: string): unknown[] {
  const values = valuesAt(record, path);
  const fallback = defaultKeyValues[path];
  return values.length === 0 && fallback !== undefined ? [fallback] : values;
}

/** Whether a record carries every field of an alternative of its identity. */
export function isComplete(record: ItemRecord, names: readonly string[]): boolean {
  return names.every((name) => keyValues(record, name).length > 0);
}

/** Unique text of key values; undefined where one is missing. */
export function keyText(record: ItemRecord, names: readonly string[]): string | undefined {
  const values = names.map((name) => keyValues(record, name));
  if (values.some((value) => value.length === 0)) return undefined;
  return `${names.join('+')}=${JSON.stringify(values.map((value) => value.map(String).sort().join('\u0000')))}`;
}

/** SKUs and variants belong to one product only, whatever the product itself is known by. */
function recordsInProduct(item: ItemRecord): string[] {
  return recordsIn(item.Variants).flatMap((variant) => {
    const manufacturer = item.ManufacturerCode;
    const named = variant.ManufacturerPartNo !== undefined && manufacturer !== undefined;
    return [
      ...(named ? [`Manufacturer=${JSON.stringify([manufacturer, variant.ManufacturerPartNo])}`] : []),
      ...recordsIn(variant.Skus).map((sku) => `PartNo=${JSON.stringify(sku.PartNo)}`),
    ];
  });
}

/** A customer below a company is only pointed at, unless fields of it are written too. */
function customersWrittenBelow(item: ItemRecord): string[] {
  const pointers = new Set(['Id', 'Code', 'EmailAddress']);
  return recordsIn(item.Customers).flatMap((customer) => {
    if (Object.keys(customer).every((name) => pointers.has(name))) return [];
    return [...pointers].flatMap((name) => {
      const text = keyText(customer, [name]);
      return text === undefined ? [] : [`Customer ${text}`];
    });
  });
}

/**
 * The identity of an item; undefined where no alternative is complete.
 *
 * @param alternatives Fields by which Connect finds the record, the first that is complete counts.
 */
export function identify(
  item: ItemRecord,
  alternatives: readonly (readonly string[])[],
  name: ImportName,
): Identity | undefined {
  const [key, ...aliases] = alternatives.flatMap((names) => keyText(item, names) ?? []);
  if (key === undefined) return undefined;
  switch (name) {
    case 'import-products':
      return { key, aliases, inside: recordsInProduct(item) };
    case 'import-companies':
      return { key, aliases, inside: customersWrittenBelow(item) };
    default:
      return { key, aliases, inside: [] };
  }
}
