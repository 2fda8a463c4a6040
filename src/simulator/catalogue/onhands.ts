/**
 * ImportOnhands: stock per SKU, warehouse and location.
 */
import type { PlainRecord } from '../shapes.ts';
import type { Importer } from './import-request.ts';
import { ItemRefused } from './import-request.ts';
import type { RecordRules } from './record-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import { infos } from './shared-rules.ts';
import type { CatalogueState } from './state.ts';
import { keyOf, textOf } from './table.ts';

/** How a stock record is written. */
export const onhandRules: RecordRules = {
  entity: 'Product.SkuOnhand',
  list: 'SkuOnhandFieldsThatAreSet',
  key: ['PartNo', 'WarehouseCode', 'LocationCode'],
  // OnOrderValue still has its list value, but Connect no longer supports it.
  elsewhere: ['OnOrderValue'],
  children: { Infos: infos },
};

/** Writes stock records. */
export class OnhandImporter implements Importer {
  readonly #state: CatalogueState;
  readonly #context: WriterContext;
  readonly #writer: RecordWriter;

  constructor(state: CatalogueState, context: WriterContext) {
    this.#state = state;
    this.#context = context;
    this.#writer = new RecordWriter(onhandRules, context);
  }

  write(item: PlainRecord): void {
    for (const name of onhandRules.key) {
      if (textOf(item[name]) === null) throw new ItemRefused(`${name} is missing.`);
    }
    const { skus, onhands } = this.#state.tables;
    if (skus.find(keyOf(item.PartNo)) === undefined) return;
    const key = onhandKey(item);
    const current = onhands.find(key);
    if (current === undefined) onhands.put(key, this.#writer.create(item));
    else this.#writer.update(current, item);
  }

  finish(items: readonly PlainRecord[]): void {
    if (!this.#context.request.fullFile) return;
    const sent = new Set(items.map(onhandKey));
    const places = new Set(items.map(placeKey));
    for (const [key, onhand] of this.#state.tables.onhands.entries()) {
      if (sent.has(key) || !places.has(placeKey(onhand))) continue;
      if (onhand.IsActive !== false) this.#context.report.updated();
      onhand.IsActive = false;
    }
  }
}

function onhandKey(item: PlainRecord): string {
  return keyOf(item.PartNo, item.WarehouseCode, item.LocationCode);
}

function placeKey(item: PlainRecord): string {
  return keyOf(item.WarehouseCode, item.LocationCode);
}
