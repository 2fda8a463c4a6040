/**
 * ImportSkuPriceLists, and the standard price that a product import carries.
 */
import type { PlainRecord } from '../shapes.ts';
import type { Importer } from './import-request.ts';
import { ItemRefused, lists } from './import-request.ts';
import type { RecordRules } from './record-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import type { CatalogueState } from './state.ts';
import { keyOf, textOf } from './table.ts';

const list = 'SkuPriceListFieldsThatAreSet';
const fixedPrice = 2;
const amounts = [
  'PriceSale',
  'CostPurchase',
  'CostUnit',
  'PriceRecommended',
  'PricePrevious',
  'PriceCatalog',
];
const skippedWhenEmpty = [...amounts, 'PriceRule', 'PriceRuleValue'];

/** How a price record is written: null and 0 leave an amount as it is. */
export const priceRules: RecordRules = {
  entity: 'Product.SkuPriceList',
  list,
  key: ['PartNo', 'PriceListCode', 'QuantityBreak'],
  listValues: { PriceRuleValue: 'PriceRule' },
  ungoverned: ['CurrencyCode'],
  whenAbsent: {
    ...Object.fromEntries(skippedWhenEmpty.map((name) => [name, 'kept' as const])),
    IsActive: 'true',
  },
  zeroIsAbsent: skippedWhenEmpty,
};

/** Writes price records. */
export class PriceImporter implements Importer {
  readonly #state: CatalogueState;
  readonly #context: WriterContext;
  readonly #writer: RecordWriter;
  readonly #mandatory: readonly string[];

  constructor(state: CatalogueState, context: WriterContext) {
    this.#state = state;
    this.#context = context;
    this.#writer = new RecordWriter(priceRules, context);
    this.#mandatory = [...(context.request.lists?.get('IgnoreSkuPriceListFieldsWhenEmpty') ?? [])];
  }

  write(item: PlainRecord): void {
    if (textOf(item.PartNo) === null) throw new ItemRefused('PartNo is missing.');
    if (textOf(item.PriceListCode) === null) throw new ItemRefused('PriceListCode is missing.');
    const { skus, priceLists, prices } = this.#state.tables;
    if (skus.find(keyOf(item.PartNo)) === undefined) return;
    if (priceLists.find(keyOf(item.PriceListCode)) === undefined) return;
    if (this.#mandatory.some((name) => isEmptyPrice(item[name]))) return;
    const key = priceKey(item);
    const carried = this.#withFixedPrice(item);
    const current = prices.find(key);
    if (current === undefined) prices.put(key, this.#writer.create(carried));
    else this.#writer.update(current, carried);
    if (carried !== item) this.#fixPrice(key);
  }

  finish(items: readonly PlainRecord[]): void {
    const { request, report } = this.#context;
    if (!request.fullFile) return;
    const sent = new Set(items.map(priceKey));
    const priceLists = new Set(items.map((item) => keyOf(item.PriceListCode)));
    const resets = lists(request, list, 'FullfileResetInheritance');
    for (const [key, price] of this.#state.tables.prices.entries()) {
      if (sent.has(key) || !priceLists.has(keyOf(price.PriceListCode))) continue;
      if (price.IsActive !== false) report.updated();
      price.IsActive = false;
      if (resets) Object.assign(price, { PriceRule: null, PriceRuleValue: null });
    }
  }

  /** A sale price that is written overrides the rule and the switch of the same record. */
  #withFixedPrice(item: PlainRecord): PlainRecord {
    if (isEmptyPrice(item.PriceSale) || !this.#writesSalePrice()) return item;
    return { ...item, IsActive: true, PriceRule: null, PriceRuleValue: null };
  }

  #fixPrice(key: string): void {
    const price = this.#state.tables.prices.find(key);
    if (price !== undefined)
      Object.assign(price, { IsActive: true, PriceRule: fixedPrice, PriceRuleValue: null });
  }

  #writesSalePrice(): boolean {
    const { request } = this.#context;
    return request.lists === null || lists(request, list, 'PriceSale');
  }
}

function priceKey(item: PlainRecord): string {
  return keyOf(item.PartNo, item.PriceListCode, item.QuantityBreak ?? 0);
}

function isEmptyPrice(value: unknown): boolean {
  return value === undefined || value === null || value === 0;
}
