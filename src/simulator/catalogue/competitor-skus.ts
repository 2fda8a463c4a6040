/**
 * ImportCompetitorSkus: what others charge for a SKU.
 */
import type { PlainRecord } from '../shapes.ts';
import type { Importer } from './import-request.ts';
import { ItemRefused } from './import-request.ts';
import type { RecordRules } from './record-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import type { CatalogueState } from './state.ts';
import { keyOf, textOf } from './table.ts';

/** How a competitor price is written; most of its fields are in no list. */
export const competitorSkuRules: RecordRules = {
  entity: 'Product.CompetitorSku',
  list: 'CompetitorSkuFieldsThatAreSet',
  key: ['PartNo', 'CompetitorCode', 'Source'],
  ungoverned: [
    'CompetitorPartNo',
    'CurrencyCode',
    'PriceSale',
    'PriceSaleInclFreight',
    'IsPricesInclVat',
    'SalesArea',
    'IsInStock',
  ],
  children: {
    ExternalPopularities: { rules: { entity: 'Product.ExternalPopularity', key: ['PartNo', 'Source'] } },
  },
};

const required = ['PartNo', 'Source', 'CompetitorCode', 'CompetitorPartNo'];

/** Writes competitor prices. They have no switch of their own in the contract; the catalogue adds IsActive. */
export class CompetitorSkuImporter implements Importer {
  readonly #state: CatalogueState;
  readonly #context: WriterContext;
  readonly #writer: RecordWriter;

  constructor(state: CatalogueState, context: WriterContext) {
    this.#state = state;
    this.#context = context;
    this.#writer = new RecordWriter(competitorSkuRules, context);
  }

  write(item: PlainRecord): void {
    for (const name of required) {
      if (textOf(item[name]) === null) throw new ItemRefused(`${name} is missing.`);
    }
    const { skus, competitorSkus } = this.#state.tables;
    if (skus.find(keyOf(item.PartNo)) === undefined) return;
    const key = competitorSkuKey(item);
    const current = competitorSkus.find(key);
    if (current === undefined) competitorSkus.put(key, { ...this.#writer.create(item), IsActive: true });
    else {
      this.#writer.update(current, item);
      current.IsActive = true;
    }
  }

  finish(items: readonly PlainRecord[]): void {
    const { request, report } = this.#context;
    if (!request.fullFile || items.length === 0) return;
    const sent = new Set(items.map(competitorSkuKey));
    const competitors = new Set(items.map(competitorKey));
    const reachesCompetitorsInFile = request.readings.competitorFullFile === 'inFile';
    for (const [key, record] of this.#state.tables.competitorSkus.entries()) {
      if (sent.has(key) || competitors.has(competitorKey(record)) !== reachesCompetitorsInFile) continue;
      if (record.IsActive !== false) report.updated();
      record.IsActive = false;
    }
  }
}

function competitorSkuKey(item: PlainRecord): string {
  return keyOf(item.PartNo, item.CompetitorCode, item.Source);
}

function competitorKey(item: PlainRecord): string {
  return keyOf(item.CompetitorCode, item.Source);
}
