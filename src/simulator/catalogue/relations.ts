/**
 * ImportRelations: accessories, alternatives and other relations between SKUs.
 */
import type { PlainRecord } from '../shapes.ts';
import type { Importer } from './import-request.ts';
import { ItemRefused } from './import-request.ts';
import type { RecordRules } from './record-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import type { CatalogueState } from './state.ts';
import { keyOf, textOf } from './table.ts';

/** How a relation is written. */
export const relationRules: RecordRules = {
  entity: 'Product.Relation',
  list: 'RelationFieldsThatAreSet',
  key: ['PartNo', 'RelatedPartNo', 'RelationTypeCode'],
  children: {
    Cultures: {
      rules: {
        entity: 'Product.RelationCulture',
        list: 'RelationCultureFieldsThatAreSet',
        key: ['CultureCode'],
      },
    },
  },
};

/** Writes relations. */
export class RelationImporter implements Importer {
  readonly #state: CatalogueState;
  readonly #context: WriterContext;
  readonly #writer: RecordWriter;

  constructor(state: CatalogueState, context: WriterContext) {
    this.#state = state;
    this.#context = context;
    this.#writer = new RecordWriter(relationRules, context);
  }

  write(item: PlainRecord): void {
    for (const name of relationRules.key) {
      if (textOf(item[name]) === null) throw new ItemRefused(`${name} is missing.`);
    }
    const { skus, relations } = this.#state.tables;
    if (skus.find(keyOf(item.PartNo)) === undefined) return;
    if (skus.find(keyOf(item.RelatedPartNo)) === undefined) return;
    const key = relationKey(item);
    const current = relations.find(key);
    if (current === undefined) relations.put(key, this.#writer.create(item));
    else this.#writer.update(current, item);
  }

  finish(items: readonly PlainRecord[]): void {
    const { request, report } = this.#context;
    // An empty file names nothing that it could be complete for.
    if (!request.fullFile || items.length === 0) return;
    const sent = new Set(items.map(relationKey));
    const types = new Set(items.map((item) => item.RelationTypeCode));
    for (const [key, relation] of this.#state.tables.relations.entries()) {
      if (sent.has(key)) continue;
      if (request.readings.relationFullFile === 'relationType' && !types.has(relation.RelationTypeCode)) {
        continue;
      }
      if (relation.IsActive !== false) report.updated();
      relation.IsActive = false;
    }
  }
}

function relationKey(item: PlainRecord): string {
  return keyOf(item.PartNo, item.RelatedPartNo, item.RelationTypeCode);
}
