/**
 * Finds customers and companies by each of their keys, and knows who belongs to whom.
 */
import type { PlainRecord } from '../shapes.ts';

/** A customer who belongs to a company. */
export interface PartyLink {
  readonly customer: PlainRecord;
  readonly company: PlainRecord;
  isPrimary: boolean;
}

/** Which customers belong to which companies, and the records by their outer keys. */
export class PartyLinks {
  readonly #index = new Map<string, PlainRecord>();
  /** For a customer its companies, for a company its customers. */
  readonly #links = new Map<PlainRecord, Map<PlainRecord, PartyLink>>();

  /** The record that now carries this value in this field. */
  find(kind: 'customers' | 'companies', field: string, value: string): PlainRecord | undefined {
    const record = this.#index.get(indexKey(kind, field, value));
    return record?.[field] === value ? record : undefined;
  }

  /** Makes a record findable by the values it carries now. */
  note(kind: 'customers' | 'companies', record: PlainRecord, fields: readonly string[]): void {
    for (const field of fields) {
      const value = record[field];
      if (typeof value === 'string') this.#index.set(indexKey(kind, field, value), record);
    }
  }

  /** The links of one customer or company. */
  of(party: PlainRecord): readonly PartyLink[] {
    return [...(this.#links.get(party)?.values() ?? [])];
  }

  /** Connects the two, or finds them connected. */
  connect(customer: PlainRecord, company: PlainRecord): PartyLink {
    const known = this.#links.get(customer)?.get(company);
    if (known !== undefined) return known;
    const link = { customer, company, isPrimary: false };
    this.#linksOf(customer).set(company, link);
    this.#linksOf(company).set(customer, link);
    return link;
  }

  /** Ends every link of a customer or company but those to `kept`. */
  disconnectAllBut(party: PlainRecord, kept: ReadonlySet<PlainRecord>): void {
    for (const other of [...this.#linksOf(party).keys()]) {
      if (kept.has(other)) continue;
      this.#linksOf(party).delete(other);
      this.#linksOf(other).delete(party);
    }
  }

  /** Forgets everybody. */
  clear(): void {
    this.#index.clear();
    this.#links.clear();
  }

  #linksOf(party: PlainRecord): Map<PlainRecord, PartyLink> {
    const known = this.#links.get(party);
    if (known !== undefined) return known;
    const links = new Map<PlainRecord, PartyLink>();
    this.#links.set(party, links);
    return links;
  }
}

function indexKey(kind: string, field: string, value: string): string {
  return JSON.stringify([kind, field, value]);
}
