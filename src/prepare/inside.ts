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

/**
 * Customers below a company, and companies below a customer: only pointed at by one key, written where more of
 * them is given, be it another key.
 */
function partiesBelow(value: unknown, kind: string, keys: readonly string[]): NestedClaim[] {
  return recordsIn(value).flatMap((party) => {
    const texts = keys.flatMap((name) => keyText(party, [name]) ?? []);
    // Which of its companies is the primary one is said of the customer.
    const content = written(party, ['IsPrimary']);
    const isPointer = texts.length < 2 && written(party, [...keys, 'IsPrimary']) === undefined;
    return content === undefined || isPointer
      ? []
      : [{ names: texts.map((text) => `${kind} ${text}`), content }];
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

/** Imports whose items lay claim to more than their own record. */
const claims: Readonly<Partial<Record<ImportName, (item: ItemRecord) => readonly NestedClaim[]>>> = {
  'import-products': recordsInProduct,
  'import-companies': (item) => partiesBelow(item.Customers, 'Customer', ['Id', 'Code', 'EmailAddress']),
  'import-customers': (item) => partiesBelow(item.Companies, 'Company', ['Id', 'Code', 'OrganizationNo']),
  'import-price-lists': warehousesBelow,
};

/** What an item lays claim to beside its own record. */
export function claimsInside(item: ItemRecord, name: ImportName): readonly NestedClaim[] {
  return claims[name]?.(item) ?? [];
}

/** Whether any item of an import may lay claim to more than its own record. */
export function mayClaimInside(name: ImportName): boolean {
  return claims[name] !== undefined;
}
