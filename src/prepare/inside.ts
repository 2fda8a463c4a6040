/**
 * Records inside an item that another item of the message may be about too.
 */

import type { ImportName } from '../contract/index.ts';
import { keyText } from './identity.ts';
import { recordsIn } from './records.ts';
import type { ItemRecord } from './types.ts';

/** A nested record, or a part of one, that an item lays claim to. */
export interface NestedClaim {
  /** What is claimed, unique within the import and as people recognise it; several where it has several keys. */
  readonly names: readonly string[];
  /** What is written of it: items that write the same go together. Not given where one item only may hold it. */
  readonly content?: string;
}

/** SKUs and variants belong to one product only, whatever the product itself is known by. */
function recordsInProduct(item: ItemRecord): NestedClaim[] {
  return recordsIn(item.Variants).flatMap((variant) => {
    const manufacturer = item.ManufacturerCode;
    const named = variant.ManufacturerPartNo !== undefined && manufacturer !== undefined;
    return [
      ...(named ? [`Manufacturer=${JSON.stringify([manufacturer, variant.ManufacturerPartNo])}`] : []),
      ...recordsIn(variant.Skus).map((sku) => `PartNo=${JSON.stringify(sku.PartNo)}`),
    ].map((name) => ({ names: [name] }));
  });
}

/** Fields of a record beside its keys, as text; nothing where the record is only pointed at. */
function written(record: ItemRecord, keys: readonly string[]): string | undefined {
  const names = Object.keys(record).filter((name) => !keys.includes(name));
  return names.length === 0 ? undefined : JSON.stringify(names.sort().map((name) => [name, record[name]]));
}

/** A customer below a company is only pointed at, unless fields of it are written too. */
function customersBelow(item: ItemRecord): NestedClaim[] {
  const keys = ['Id', 'Code', 'EmailAddress'];
  return recordsIn(item.Customers).flatMap((customer) => {
    if (written(customer, keys) === undefined) return [];
    const texts = keys.flatMap((name) => keyText(customer, [name]) ?? []);
    return [{ names: texts.map((text) => `Customer ${text}`), content: written(customer, []) as string }];
  });
}

/**
 * Warehouses and locations exist once, below whatever price list they are written. Whether a list of
 * locations takes the place of another one is not stated, so that two different ones keep their order.
 */
function warehousesBelow(item: ItemRecord): NestedClaim[] {
  return recordsIn(item.Warehouses).flatMap((warehouse) => {
    const locations = recordsIn(warehouse.Locations);
    const codes = JSON.stringify(locations.map(({ Code }) => String(Code)).sort());
    const place = `Warehouse ${JSON.stringify(warehouse.Code)}`;
    const claims: readonly (readonly [name: string, content: string | undefined])[] = [
      [place, written(warehouse, ['Code', 'Locations'])],
      [`Locations of ${place}`, codes],
      ...locations.map(
        (location) =>
          [`Location ${JSON.stringify(location.Code)} of ${place}`, written(location, ['Code'])] as const,
      ),
    ];
    return claims.flatMap(([name, content]) => (content === undefined ? [] : [{ names: [name], content }]));
  });
}

/** What an item lays claim to beside its own record. */
export function claimsInside(item: ItemRecord, name: ImportName): readonly NestedClaim[] {
  switch (name) {
    case 'import-products':
      return recordsInProduct(item);
    case 'import-companies':
      return customersBelow(item);
    case 'import-price-lists':
      return warehousesBelow(item);
    default:
      return [];
  }
}
