/**
 * Supplier/ImportProducts: what a supplier offers, with its own stock and prices.
 */
import type { PlainRecord } from '../shapes.ts';
import type { Importer, ImportReport, ImportRequest } from './import-request.ts';
import { fieldMode, ItemRefused } from './import-request.ts';
import { productCulture } from './product-rules.ts';
import type { RecordRules } from './record-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import { image } from './shared-rules.ts';
import type { CatalogueState } from './state.ts';
import { keyOf, textOf } from './table.ts';

/** How a supplier's article is written; its nested lists come with it, each with a field list of its own. */
export const supplierProductRules: RecordRules = {
  entity: 'Supplier.SupplierProduct',
  list: 'FieldsThatAreSet',
  key: ['SupplierPartNo'],
  ungoverned: ['MainImage', 'OnHand', 'PriceList', 'Images', 'ContentList', 'Parametrics', 'ProductInfo'],
  children: {
    MainImage: { rules: image },
    OnHand: {
      rules: {
        entity: 'Supplier.SupplierOnHand',
        list: 'OnhandFieldsThatAreSet',
        key: ['WarehouseCode', 'LocationCode'],
        otherKey: ['Name'],
        ungoverned: ['Name'],
      },
    },
    PriceList: {
      rules: {
        entity: 'Supplier.SupplierPrice',
        list: 'PriceFieldsThatAreSet',
        key: ['PriceListCode', 'QtyBreak'],
        ungoverned: ['CurrencyCode'],
      },
    },
    Images: { rules: image, unstated: 'upsert' },
    ContentList: { rules: productCulture('ContentFieldsThatAreSet') },
    Parametrics: {
      rules: {
        entity: 'ExternalContent.Parametric',
        key: ['ParametricCode'],
        children: {
          MultipleValues: {
            rules: { entity: 'ExternalContent.ParametricMultipleCodeValuePair', key: ['Code'] },
            unstated: 'upsert',
          },
        },
      },
      unstated: 'upsert',
    },
    ProductInfo: {
      rules: { entity: 'Supplier.SupplierProductInfo', list: 'ProductInfoFieldsThatAreSet', key: ['Code'] },
    },
  },
};

/** Writes the articles of one supplier. */
export class SupplierProductImporter implements Importer {
  readonly #state: CatalogueState;
  readonly #request: ImportRequest;
  readonly #report: ImportReport;
  readonly #writer: RecordWriter;

  constructor(state: CatalogueState, context: WriterContext) {
    this.#state = state;
    this.#request = context.request;
    this.#report = context.report;
    this.#writer = new RecordWriter(supplierProductRules, context);
  }

  write(given: PlainRecord): void {
    const { supplierId } = this.#request;
    if (supplierId === null) throw new ItemRefused('SupplierId is missing.');
    const partNo = textOf(given.SupplierPartNo);
    if (partNo === null) throw new ItemRefused('SupplierPartNo is missing.');
    const { supplierProducts, supplierCategories } = this.#state.tables;
    const key = keyOf(supplierId, partNo);
    const current = supplierProducts.find(key);
    if (current === undefined) this.#checkInsert(given);
    const item = withQuantityBreaks(given);
    const product = current ?? { SupplierId: supplierId, ...this.#writer.create(item) };
    if (current === undefined) supplierProducts.put(key, product);
    else this.#writer.update(current, item);
    const category = textOf(product.CategoryCode);
    if (category !== null) {
      const record = { SupplierId: supplierId, CategoryCode: category, IsActive: true };
      supplierCategories.put(keyOf(supplierId, category), record);
    }
  }

  finish(items: readonly PlainRecord[]): void {
    const { fullFile, supplierId } = this.#request;
    if (!fullFile || items.length === 0) return;
    const categories = new Set(items.map((item) => item.CategoryCode));
    for (const [, record] of this.#state.tables.supplierCategories.entries()) {
      const isMissing = record.SupplierId === supplierId && !categories.has(record.CategoryCode);
      if (isMissing) this.#inactivate(record);
    }
    this.#inactivateMissing(items.map(withQuantityBreaks), 'OnHand', placeOf, placeOf);
    this.#inactivateMissing(
      items.map(withQuantityBreaks),
      'PriceList',
      (price) => keyOf(price.PriceListCode),
      (price) => keyOf(price.PriceListCode, price.QtyBreak),
    );
  }

  #checkInsert(item: PlainRecord): void {
    for (const name of ['Manufacturer', 'ManufacturerPartNo']) {
      const isWritten = fieldMode(this.#request, 'FieldsThatAreSet', name) !== 'off';
      if (!isWritten || textOf(item[name]) === null) throw new ItemRefused(`A new article needs ${name}.`);
    }
    if (!Array.isArray(item.OnHand) || item.OnHand.length === 0) {
      throw new ItemRefused('A new article needs at least one OnHand.');
    }
  }

  /** Inactivates, article by article, what the file leaves out on the places (or lists) that occur in it. */
  #inactivateMissing(
    items: readonly PlainRecord[],
    field: 'OnHand' | 'PriceList',
    scopeOf: (record: PlainRecord) => string,
    recordKeyOf: (record: PlainRecord) => string,
  ): void {
    const scopes = new Set<string>();
    const sent = new Set<string>();
    for (const item of items) {
      for (const record of (item[field] ?? []) as PlainRecord[]) {
        scopes.add(scopeOf(record));
        sent.add(keyOf(item.SupplierPartNo, recordKeyOf(record)));
      }
    }
    for (const [, product] of this.#state.tables.supplierProducts.entries()) {
      if (product.SupplierId !== this.#request.supplierId) continue;
      for (const record of product[field] as PlainRecord[]) {
        const isSent = sent.has(keyOf(product.SupplierPartNo, recordKeyOf(record)));
        if (!isSent && scopes.has(scopeOf(record))) this.#inactivate(record);
      }
    }
  }

  #inactivate(record: PlainRecord): void {
    if (record.IsActive === false) return;
    record.IsActive = false;
    this.#report.updated();
  }
}

function placeOf(onhand: PlainRecord): string {
  const codes = [onhand.WarehouseCode ?? null, onhand.LocationCode ?? null];
  return codes.some((code) => code !== null) ? keyOf(...codes) : keyOf(onhand.Name);
}

/** A price without QtyBreak is for one piece. */
function withQuantityBreaks(item: PlainRecord): PlainRecord {
  if (!Array.isArray(item.PriceList)) return item;
  const prices = item.PriceList.map((price: PlainRecord) => ({
    ...price,
    QtyBreak: price.QtyBreak ?? 1,
  }));
  return { ...item, PriceList: prices };
}
