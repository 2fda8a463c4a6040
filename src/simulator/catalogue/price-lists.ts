/**
 * ImportPriceLists: price lists with their rules and population, and the warehouses they sell from.
 */
import type { PlainRecord } from '../shapes.ts';
import type { Importer, ImportRequest } from './import-request.ts';
import { fieldMode, ItemRefused, lists } from './import-request.ts';
import type { RecordChange, RecordRules } from './record-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import type { CatalogueState } from './state.ts';
import { keyOf, textOf } from './table.ts';

const list = 'PriceListFieldsThatAreSet';
/** The rule type that stands for "no rule", by which a population rule is removed. */
const noRule = 1;

function mayTouchRule({ current, lastAuthor, request }: Omit<RecordChange, 'carried'>): boolean {
  return (
    current === undefined || !lists(request, list, 'PriceRulesLimitedUpdate') || lastAuthor === request.author
  );
}

/** How a price list is written. */
export const priceListRules: RecordRules = {
  entity: 'Product.PriceList',
  list,
  key: ['Code'],
  listValues: { DefaultPriceRuleValue: 'DefaultPriceRule' },
  // Warehouses are shared between lists; the other two are deprecated and without effect.
  elsewhere: ['Warehouses', 'DefaultPriceRuleCode', 'IsErpIntegrated'],
  children: {
    PriceRules: {
      rules: {
        entity: 'Product.PriceListPriceRule',
        list: 'PriceListPriceRuleFieldsThatAreSet',
        key: ['Type', 'ManufacturerCode', 'CategoryCode', 'Flags', 'MinValue', 'MaxValue'],
        remembers: ['*'],
        accepts: mayTouchRule,
      },
      cleansUp: (request) => lists(request, list, 'PriceRulesCleanup'),
      mayRemove: mayTouchRule,
    },
    Population: {
      rules: {
        entity: 'Product.PriceListPopulation',
        key: [],
        children: {
          AllCategories: { rules: { entity: 'Product.PriceListPopulationAllCategories', key: [] } },
          Categories: {
            rules: { entity: 'Product.PriceListPopulationCategory', key: ['Code'] },
            cleansUp: (request) => lists(request, list, 'PopulationCleanup'),
          },
        },
      },
    },
  },
};

/** How a warehouse is written; it is one record for all price lists. */
export const warehouseRules: RecordRules = {
  entity: 'Product.Warehouse',
  list: 'WarehouseFieldsThatAreSet',
  key: ['Code'],
  ungoverned: ['Locations'],
  children: {
    Locations: {
      rules: {
        entity: 'Product.WarehouseLocation',
        list: 'WarehouseLocationFieldsThatAreSet',
        key: ['Code'],
      },
      unstated: 'upsert',
    },
  },
};

/** Writes price lists. */
export class PriceListImporter implements Importer {
  readonly #state: CatalogueState;
  readonly #request: ImportRequest;
  readonly #writer: RecordWriter;
  readonly #warehouseWriter: RecordWriter;
  readonly #context: WriterContext;

  constructor(state: CatalogueState, context: WriterContext) {
    this.#state = state;
    this.#request = context.request;
    this.#context = context;
    this.#writer = new RecordWriter(priceListRules, context);
    this.#warehouseWriter = new RecordWriter(warehouseRules, context);
  }

  begin(items: readonly PlainRecord[]): void {
    const { readings } = this.#request;
    const clearsRules =
      readings.priceRulesCleanup === 'everything' && lists(this.#request, list, 'PriceRulesCleanup');
    const clearsPopulation =
      readings.populationCleanup === 'everything' && lists(this.#request, list, 'PopulationCleanup');
    for (const item of items) {
      const current = this.#state.tables.priceLists.find(keyOf(item.Code));
      if (current === undefined) continue;
      if (clearsRules) current.PriceRules = this.#rulesOfOthers(current.PriceRules as PlainRecord[]);
      if (clearsPopulation) current.Population = null;
    }
  }

  write(item: PlainRecord): void {
    if (textOf(item.Code) === null) throw new ItemRefused('Code is missing.');
    for (const warehouse of (item.Warehouses ?? []) as PlainRecord[]) {
      if (textOf(warehouse.Code) === null) throw new ItemRefused('Code of a warehouse is missing.');
    }
    const { priceLists } = this.#state.tables;
    const current = priceLists.find(keyOf(item.Code));
    const record = current ?? { ...this.#writer.create(item), Warehouses: [] };
    if (current === undefined) priceLists.put(keyOf(item.Code), record);
    else this.#writer.update(current, item);
    dropEmptyRules(record.Population as PlainRecord | null);
    const warehouses = item.Warehouses as PlainRecord[] | null | undefined;
    if (fieldMode(this.#request, list, 'Warehouses') !== 'off' && warehouses) {
      this.#writeWarehouses(record, warehouses);
    }
  }

  #writeWarehouses(priceList: PlainRecord, carried: readonly PlainRecord[]): void {
    const { warehouses } = this.#state.tables;
    const keeps = this.#request.readings.unstatedReplaceLists === 'keep';
    const former = (priceList.Warehouses as PlainRecord[]).map((warehouse) => String(warehouse.Code));
    const codes = new Set(keeps ? former : []);
    for (const warehouse of carried) {
      const key = keyOf(warehouse.Code);
      const current = warehouses.find(key);
      if (current === undefined) warehouses.put(key, this.#warehouseWriter.create(warehouse));
      else this.#warehouseWriter.update(current, warehouse);
      codes.add(String(warehouse.Code));
    }
    priceList.Warehouses = [...codes].sort().map((code) => ({ Code: code }));
  }

  /** With PriceRulesLimitedUpdate the clean-up leaves the rules of other accounts. */
  #rulesOfOthers(rules: readonly PlainRecord[]): readonly PlainRecord[] {
    const request = this.#request;
    return rules.filter(
      (current) => !mayTouchRule({ current, lastAuthor: this.#context.authors.last(current, '*'), request }),
    );
  }
}

function dropEmptyRules(population: PlainRecord | null): void {
  if (population === null) return;
  const all = population.AllCategories as PlainRecord | undefined;
  if (all?.RuleType === noRule) delete population.AllCategories;
  const categories = population.Categories as PlainRecord[] | undefined;
  if (categories !== undefined) {
    population.Categories = categories.filter((category) => category.RuleType !== noRule);
  }
}
