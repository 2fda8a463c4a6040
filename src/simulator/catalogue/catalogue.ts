/**
 * The shop behind the simulator, as tests and people look at it.
 */
import type { ImportName } from '../../contract/index.ts';
import type { Readings } from '../readings.ts';
import type { PlainRecord } from '../shapes.ts';
import { CompetitorSkuImporter, competitorSkuRules } from './competitor-skus.ts';
import type { Importer, ImportReport, ImportRequest } from './import-request.ts';
import { OnhandImporter, onhandRules } from './onhands.ts';
import { companyTraits, customerTraits, PartyImporter } from './parties.ts';
import { companyRules, customerRules } from './party-rules.ts';
import { PriceListImporter, priceListRules, warehouseRules } from './price-lists.ts';
import { PriceImporter, priceRules } from './prices.ts';
import { productRules, skuRules, variantRules } from './product-rules.ts';
import { ProductImporter } from './products.ts';
import type { RecordRules } from './record-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import { RelationImporter, relationRules } from './relations.ts';
import type { Kind, KnownKind } from './state.ts';
import { CatalogueState, kinds } from './state.ts';
import { SupplierProductImporter, supplierProductRules } from './supplier-products.ts';
import { keyOf } from './table.ts';

export type { Kind, KnownKind } from './state.ts';
export { kinds } from './state.ts';

const rulesByKind: Readonly<Partial<Record<Kind, RecordRules>>> = {
  products: productRules,
  variants: variantRules,
  skus: skuRules,
  prices: priceRules,
  priceLists: priceListRules,
  warehouses: warehouseRules,
  onhands: onhandRules,
  relations: relationRules,
  competitorSkus: competitorSkuRules,
  customers: customerRules,
  companies: companyRules,
  supplierProducts: supplierProductRules,
};

const silent: ImportReport = { warn() {}, fail() {}, inserted() {}, updated() {} };

/**
 * What the shop holds. Records carry the contract's field names; a field that was never written, or was
 * cleared, is null, a value type 0 or false, a list empty. Below the depth of field lists (addresses, images,
 * parametric values, info fields ...) a record holds only what was sent. Lists are sorted by their key.
 * Enumerations are numbers. Beyond the contract: `Id` of customers and companies, `ManufacturerCode` and
 * `ProductCode` of variants, `ManufacturerPartNo` of SKUs, `IsActive` of competitor prices, `SupplierId`.
 * A product names its variants, a variant its SKUs, a price list its warehouses, by their keys only.
 *
 * | kind | key |
 * | --- | --- |
 * | products | `Code`, or `ManufacturerCode, ManufacturerPartNo` of any variant |
 * | variants | `ManufacturerCode, ManufacturerPartNo` |
 * | skus | `PartNo` |
 * | prices | `PartNo, PriceListCode, QuantityBreak` |
 * | priceLists, warehouses | `Code` |
 * | onhands | `PartNo, WarehouseCode, LocationCode` |
 * | relations | `PartNo, RelatedPartNo, RelationTypeCode` |
 * | competitorSkus | `PartNo, CompetitorCode, Source` |
 * | customers, companies | `Code`, else `Id` |
 * | supplierProducts | `SupplierId, SupplierPartNo` |
 * | supplierCategories | `SupplierId, CategoryCode` |
 */
export class Catalogue {
  readonly #state = new CatalogueState();
  readonly #readings: Readings;

  constructor(readings: Readings) {
    this.#readings = readings;
  }

  /** Deep copies of all records of a kind, sorted by key. */
  all(kind: Kind): PlainRecord[] {
    const entries = [...this.#state.tables[kind].entries()].map(([key, record]): [string, PlainRecord] => [
      kind === 'products' ? this.#productKey(record) : key,
      record,
    ]);
    entries.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    return entries.map(([, record]) => this.#copy(kind, record));
  }

  /** A deep copy of one record; its key in parts, or joined by `|`. */
  get(kind: Kind, ...key: readonly (string | number)[]): PlainRecord | undefined {
    const record = this.#find(kind, key);
    return record === undefined ? undefined : this.#copy(kind, record);
  }

  /** Deep copies of the records of a kind that came last, newest first. */
  latest(kind: Kind, count: number): PlainRecord[] {
    const entries = [...this.#state.tables[kind].entries()].slice(-count).reverse();
    return entries.map(([, record]) => this.#copy(kind, record));
  }

  /** How many records of a kind there are. */
  count(kind: Kind): number {
    return this.#state.tables[kind].size;
  }

  /** Puts a bare SKU with its variant and product into the shop, so that prices and stock find it. */
  addSku(partNo: string, manufacturerCode = 'SEED'): void {
    const request = this.#requestOf({
      ProductFieldsThatAreSet: ['Variants'],
      VariantFieldsThatAreSet: ['Skus'],
      SkuFieldsThatAreSet: ['Status', 'Type'],
    });
    new ProductImporter(this.#state, this.#context(request, silent)).write({
      ManufacturerCode: manufacturerCode,
      Variants: [{ ManufacturerPartNo: partNo, Skus: [{ PartNo: partNo, Status: 1, Type: 1 }] }],
    });
  }

  /** Puts an empty price list into the shop. */
  addPriceList(code: string): void {
    new PriceListImporter(this.#state, this.#context(this.#requestOf({}), silent)).write({ Code: code });
  }

  /** Declares which codes exist; others of that kind are then unknown. Without it, every code is created. */
  declareKnown(kind: KnownKind, codes: readonly string[]): void {
    this.#state.known.set(kind, new Set(codes));
  }

  /** Declares a group of flags of which only one can be set at a time. */
  declareFlagGroup(codes: readonly string[]): void {
    this.#state.flagGroups.push(new Set(codes));
  }

  /**
   * Changes the fields that are given, as a person in the admin pages would: limited updates respect it.
   * @throws {RangeError} when there is no such record.
   */
  changeByHand(kind: Kind, key: string | readonly (string | number)[], changes: PlainRecord): void {
    const record = this.#find(kind, typeof key === 'string' ? [key] : key);
    const rules = rulesByKind[kind];
    if (record === undefined || rules === undefined) throw new RangeError(`No ${kind} under ${String(key)}.`);
    const request: ImportRequest = { ...this.#requestOf({}), author: 'hand', lists: null };
    new RecordWriter(rules, this.#context(request, silent)).update(record, changes);
  }

  /** What writes the items of one import; used by jobs. */
  importer(name: ImportName, request: ImportRequest, report: ImportReport): Importer {
    const context = this.#context(request, report);
    switch (name) {
      case 'import-products':
        return new ProductImporter(this.#state, context);
      case 'import-prices':
        return new PriceImporter(this.#state, context);
      case 'import-price-lists':
        return new PriceListImporter(this.#state, context);
      case 'import-onhands':
        return new OnhandImporter(this.#state, context);
      case 'import-customers':
        return new PartyImporter(customerTraits, this.#state, context);
      case 'import-companies':
        return new PartyImporter(companyTraits, this.#state, context);
      case 'import-relations':
        return new RelationImporter(this.#state, context);
      case 'import-competitor-skus':
        return new CompetitorSkuImporter(this.#state, context);
      case 'import-supplier-products':
        return new SupplierProductImporter(this.#state, context);
    }
  }

  /** Every record of every kind, as plain JSON. */
  snapshot(): Record<Kind, PlainRecord[]> {
    return Object.fromEntries(kinds.map((kind) => [kind, this.all(kind)])) as Record<Kind, PlainRecord[]>;
  }

  /** Empties the shop. */
  clear(): void {
    this.#state.clear();
  }

  #context(request: ImportRequest, report: ImportReport): WriterContext {
    return { request, report, authors: this.#state.authors };
  }

  #requestOf(fields: Readonly<Record<string, readonly string[]>>): ImportRequest {
    const lists = new Map(Object.entries(fields).map(([list, values]) => [list, new Set(values)]));
    return { author: 'hand', fullFile: false, supplierId: null, readings: this.#readings, lists };
  }

  #find(kind: Kind, key: readonly (string | number)[]): PlainRecord | undefined {
    const { tables, parties, assortment } = this.#state;
    const first = String(key[0] ?? '');
    const joined = key.length === 1 ? first : keyOf(...key);
    if (kind === 'products') {
      const variant = tables.variants.find(joined);
      return (
        assortment.productByCode(first) ?? (variant === undefined ? undefined : assortment.productOf(variant))
      );
    }
    if (kind === 'customers' || kind === 'companies') {
      return parties.find(kind, 'Code', first) ?? tables[kind].find(joined);
    }
    return tables[kind].find(joined) ?? tables[kind].find(keyOf(...key));
  }

  #productKey(product: PlainRecord): string {
    const variant = this.#state.assortment.variantsOf(product)[0];
    const code = product.Code;
    return typeof code === 'string' ? code : keyOf(variant?.ManufacturerCode, variant?.ManufacturerPartNo);
  }

  #copy(kind: Kind, record: PlainRecord): PlainRecord {
    const { assortment, parties } = this.#state;
    const copy = structuredClone(record);
    const pick = (from: PlainRecord, names: readonly string[]): PlainRecord =>
      Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
    if (kind === 'products') {
      const variants = assortment.variantsOf(record);
      copy.Variants = variants.map((variant) => pick(variant, ['ManufacturerPartNo'])).sort(byContent);
    } else if (kind === 'variants') {
      copy.ProductCode = assortment.productOf(record)?.Code ?? null;
      copy.Skus = assortment
        .skusOf(record)
        .map((sku) => pick(sku, ['PartNo']))
        .sort(byContent);
    } else if (kind === 'skus') {
      copy.ManufacturerPartNo = assortment.variantOf(record)?.ManufacturerPartNo ?? null;
    } else if (kind === 'customers') {
      copy.Companies = parties
        .of(record)
        .map(({ company, isPrimary }) => ({
          ...pick(company, ['Id', 'Code', 'OrganizationNo', 'Name']),
          IsPrimary: isPrimary,
        }))
        .sort(byContent);
    } else if (kind === 'companies') {
      copy.Customers = parties
        .of(record)
        .map(({ customer }) => pick(customer, ['Id', 'Code', 'EmailAddress']))
        .sort(byContent);
    }
    return copy;
  }
}

function byContent(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
