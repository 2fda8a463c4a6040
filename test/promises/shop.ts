/**
 * What the shop must hold, worked out from the items alone: a field changes when an item carried it for its
 * record, and else it does not.
 */
import { type ImportName, importNames } from '../../src/contract/index.ts';
import type { Catalogue } from '../../src/simulator/index.ts';
import { type Plain, type Shape, subjects } from './shapes.ts';

/** All records of one import by the text of their keys, with the records below them in place. */
export type Shelf = ReadonlyMap<string, Plain>;

function textOf(record: Plain, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => record[name]));
}

function by(records: readonly Plain[], ...names: string[]): (...values: unknown[]) => Plain | undefined {
  const known = new Map(records.map((record) => [textOf(record, names), record]));
  return (...values) => known.get(JSON.stringify(values));
}

function nested(value: unknown, find: (record: Plain) => Plain | undefined): Plain[] {
  return (value as Plain[]).map((pointer) => find(pointer) ?? pointer);
}

/** The catalogue with each record below the one that an item shows it in. */
export function shelves(catalogue: Catalogue): Readonly<Record<ImportName, Shelf>> {
  const shop = catalogue.snapshot();
  const priceOf = by(shop.prices, 'PartNo', 'PriceListCode', 'QuantityBreak');
  const skuOf = by(shop.skus, 'PartNo');
  const variantOf = by(shop.variants, 'ManufacturerPartNo');
  const warehouseOf = by(shop.warehouses, 'Code');
  // A customer shows more of its companies than the link, which is all that the customer holds of them.
  const customers = shop.customers.map((customer) => ({
    ...customer,
    Companies: (customer.Companies as Plain[]).map(({ Code, IsPrimary }) => ({ Code, IsPrimary })),
  }));
  const customerOf = by(customers, 'Code');
  const withPrice = (sku: Plain): Plain => ({ ...sku, StandardPrice: priceOf(sku.PartNo, 'standard', 0) });
  const withSkus = (variant: Plain): Plain => ({
    ...variant,
    Skus: nested(variant.Skus, ({ PartNo }) => skuOf(PartNo)).map(withPrice),
  });
  const records: Record<ImportName, readonly Plain[]> = {
    'import-products': shop.products.map((product) => ({
      ...product,
      Variants: nested(product.Variants, ({ ManufacturerPartNo }) => variantOf(ManufacturerPartNo)).map(
        withSkus,
      ),
    })),
    'import-prices': shop.prices,
    'import-price-lists': shop.priceLists.map((list) => ({
      ...list,
      Warehouses: nested(list.Warehouses, ({ Code }) => warehouseOf(Code)),
    })),
    'import-onhands': shop.onhands,
    'import-relations': shop.relations,
    'import-competitor-skus': shop.competitorSkus,
    'import-customers': customers,
    'import-companies': shop.companies.map((company) => ({
      ...company,
      Customers: nested(company.Customers, ({ Code }) => customerOf(Code)),
    })),
    'import-supplier-products': shop.supplierProducts,
  };
  const shelf = (name: ImportName): Shelf => {
    const keys = Object.keys(subjects[name].keys(''));
    return new Map(records[name].map((record) => [textOf(record, keys), record]));
  };
  return Object.fromEntries(importNames.map((name) => [name, shelf(name)])) as Record<ImportName, Shelf>;
}

/** Enumerations are stored as numbers. */
const numbers: Readonly<Record<string, number>> = { Sweden: 1, Norway: 2 };

/** Writes into a record what an item carries for it, and nothing else. */
export function change(record: Plain, item: Plain, shape: Shape): void {
  const own = { ...shape.always, ...shape.fields, ...shape.unlisted };
  for (const [name, value] of Object.entries(item)) {
    const child = shape.children?.[name];
    if (child !== undefined) {
      const before = child.single ? [record[name] as Plain] : (record[name] as Plain[]);
      const after = child.single ? [value as Plain] : (value as Plain[]);
      for (const element of after) {
        const keys =
          child.keys(item).find((keys) => Object.keys(keys).every((key) => keys[key] === element[key])) ?? {};
        const stored = before.find((candidate) =>
          Object.keys(keys).every((key) => candidate[key] === keys[key]),
        );
        if (stored === undefined)
          throw new Error(`The shop has no such record in ${name}: ${JSON.stringify(element)}`);
        change(stored, element, child.shape);
      }
    } else if (name in own) {
      if (shape.skips?.includes(name) && (value === null || value === 0)) continue;
      record[name] = name === 'SalesArea' ? numbers[String(value)] : value;
    }
  }
  // A sale price makes its record active and its rule the fixed price, number 2.
  if (shape.isPrice && item.PriceSale)
    Object.assign(record, { IsActive: true, PriceRule: 2, PriceRuleValue: null });
}

/** The record of an item on a shelf. */
export function recordOf(shelf: Shelf, item: Plain, name: ImportName): Plain {
  const record = shelf.get(textOf(item, Object.keys(subjects[name].keys(''))));
  if (record === undefined) throw new Error(`The shop has no such record: ${JSON.stringify(item)}`);
  return record;
}
