/**
 * Everything a shop holds, as the importers see it.
 */
import type { PlainRecord } from '../shapes.ts';
import { Assortment } from './assortment.ts';
import { PartyLinks } from './party-links.ts';
import { Authors } from './record-writer.ts';
import { Table } from './table.ts';

/** The kinds of records that the catalogue holds. */
export const kinds = [
  'products',
  'variants',
  'skus',
  'prices',
  'priceLists',
  'warehouses',
  'onhands',
  'relations',
  'competitorSkus',
  'customers',
  'companies',
  'supplierProducts',
  'supplierCategories',
] as const;

/** A kind of record. */
export type Kind = (typeof kinds)[number];

/** Codes of these may be declared known; everything else is then unknown to the shop. */
export type KnownKind = 'categories' | 'families' | 'manufacturers';

/** The tables of one shop. */
export class CatalogueState {
  readonly authors = new Authors();
  readonly tables = Object.fromEntries(kinds.map((kind) => [kind, new Table()])) as Record<Kind, Table>;
  /** Codes that exist, by what they name; without an entry every code is created freely. */
  readonly known = new Map<KnownKind, Set<string>>();
  /** Groups of which only one flag may be set at a time. */
  readonly flagGroups: ReadonlySet<string>[] = [];
  readonly parties = new PartyLinks();
  readonly assortment = new Assortment();
  #lastId = 1000;

  /** A new internal id of a customer, company or product. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Whether the shop knows a code; null and what was never declared count as known. */
  knows(kind: KnownKind, code: unknown): boolean {
    const codes = this.known.get(kind);
    return codes === undefined || typeof code !== 'string' || codes.has(code);
  }

  /** Setting one flag of a single-choice group unsets the others. */
  unsetOtherFlags(stored: unknown, carried: unknown, field: 'IsSet' | 'IsActive'): void {
    if (!Array.isArray(stored) || !Array.isArray(carried)) return;
    for (const { Code: code } of carried as PlainRecord[]) {
      const set = (stored as PlainRecord[]).find((flag) => flag.Code === code && flag[field] === true);
      const group = this.flagGroups.find((codes) => codes.has(String(code)));
      if (set === undefined || group === undefined) continue;
      for (const flag of stored as PlainRecord[]) {
        if (flag !== set && group.has(String(flag.Code))) flag[field] = false;
      }
    }
  }

  /** Empties the shop, declarations included. */
  clear(): void {
    for (const kind of kinds) this.tables[kind].clear();
    this.known.clear();
    this.flagGroups.length = 0;
    this.parties.clear();
    this.assortment.clear();
  }
}
