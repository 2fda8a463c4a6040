/**
 * ImportCustomers and ImportCompanies: the two are alike but for their keys, and each names the other.
 */
import type { PlainRecord } from '../shapes.ts';
import type { Importer, ImportRequest } from './import-request.ts';
import { fieldMode, ItemRefused, lists } from './import-request.ts';
import type { PartyLink } from './party-links.ts';
import { companyRules, customerRules, linkedCompanyRules, linkedCustomerRules } from './party-rules.ts';
import type { RecordRules } from './record-rules.ts';
import type { WriterContext } from './record-writer.ts';
import { RecordWriter } from './record-writer.ts';
import type { CatalogueState } from './state.ts';
import { keyOf, textOf } from './table.ts';

type PartyKind = 'customers' | 'companies';

interface PartyTraits {
  readonly kind: PartyKind;
  readonly list: 'CustomerFieldsThatAreSet' | 'CompanyFieldsThatAreSet';
  readonly rules: RecordRules;
  readonly requiredAlways: readonly string[];
  readonly requiredOnInsert: readonly string[];
  /** The field that names the other kind, and the switch that says whether its list is only a part. */
  readonly linked: { readonly kind: PartyKind; readonly field: string; readonly delta: string };
  readonly linkedRules: RecordRules;
}

/** Keys after Id, in the order in which Connect tries them. */
const keysOfKind: Readonly<Record<PartyKind, readonly string[]>> = {
  customers: ['Code', 'EmailAddress'],
  companies: ['Code', 'OrganizationNo'],
};

/** What makes a customer. */
export const customerTraits: PartyTraits = {
  kind: 'customers',
  list: 'CustomerFieldsThatAreSet',
  rules: customerRules,
  requiredAlways: [],
  requiredOnInsert: ['Code', 'FirstName', 'LastName', 'EmailAddress'],
  linked: { kind: 'companies', field: 'Companies', delta: 'IsCompanyListDelta' },
  linkedRules: linkedCompanyRules,
};

/** What makes a company. */
export const companyTraits: PartyTraits = {
  kind: 'companies',
  list: 'CompanyFieldsThatAreSet',
  rules: companyRules,
  requiredAlways: ['ApplicationKey'],
  requiredOnInsert: ['Code', 'Name', 'OrganizationNo'],
  linked: { kind: 'customers', field: 'Customers', delta: 'IsCustomerListDelta' },
  linkedRules: linkedCustomerRules,
};

/** Writes customers or companies. */
export class PartyImporter implements Importer {
  readonly #traits: PartyTraits;
  readonly #state: CatalogueState;
  readonly #context: WriterContext;
  readonly #request: ImportRequest;
  readonly #writer: RecordWriter;
  readonly #linkedWriter: RecordWriter;

  constructor(traits: PartyTraits, state: CatalogueState, context: WriterContext) {
    this.#traits = traits;
    this.#state = state;
    this.#context = context;
    this.#request = context.request;
    this.#writer = new RecordWriter(traits.rules, context);
    this.#linkedWriter = new RecordWriter(traits.linkedRules, context);
  }

  write(item: PlainRecord): void {
    const { kind, list, requiredAlways, requiredOnInsert } = this.#traits;
    for (const name of requiredAlways) {
      if (textOf(item[name]) === null) throw new ItemRefused(`${name} is missing.`);
    }
    const searchesByCode = lists(this.#request, list, 'SearchOnlyByCode');
    const current = this.#find(kind, item, searchesByCode);
    if (current === undefined) {
      for (const name of requiredOnInsert) {
        const isWritten = fieldMode(this.#request, list, name) !== 'off';
        if (!isWritten || textOf(item[name]) === null) throw new ItemRefused(`A new record needs ${name}.`);
      }
    }
    const party = current ?? this.#create(item);
    if (current !== undefined) this.#writer.update(current, item);
    this.#state.parties.note(kind, party, keysOfKind[kind]);
    this.#state.unsetOtherFlags(party.Flags, item.Flags, 'IsActive');
    if (fieldMode(this.#request, list, this.#traits.linked.field) !== 'off') this.#writeLinks(party, item);
  }

  #create(item: PlainRecord): PlainRecord {
    const party = { Id: this.#state.nextId(), ...this.#writer.create(item) };
    this.#state.tables[this.#traits.kind].put(keyOf(party.Id), party);
    return party;
  }

  /** The first key that is given decides, found or not. */
  #find(kind: PartyKind, carried: PlainRecord, onlyByCode: boolean): PlainRecord | undefined {
    const id = carried.Id;
    if (typeof id === 'number' && !onlyByCode) {
      const known = this.#state.tables[kind].find(keyOf(id));
      if (known === undefined) throw new ItemRefused(`There is no record with Id ${id}.`);
      return known;
    }
    for (const name of onlyByCode ? ['Code'] : keysOfKind[kind]) {
      const value = textOf(carried[name]);
      if (value !== null) return this.#state.parties.find(kind, name, value);
    }
    throw new ItemRefused('The record carries none of its keys.');
  }

  #writeLinks(party: PlainRecord, item: PlainRecord): void {
    const { kind, linked } = this.#traits;
    const { parties } = this.#state;
    const kept = new Set<PlainRecord>();
    let primary: PartyLink | undefined;
    for (const carried of (item[linked.field] ?? []) as PlainRecord[]) {
      const other = this.#findLinked(carried, item);
      if (other === undefined) continue;
      this.#linkedWriter.update(other, carried);
      parties.note(linked.kind, other, keysOfKind[linked.kind]);
      kept.add(other);
      const link = kind === 'customers' ? parties.connect(party, other) : parties.connect(other, party);
      if (carried.IsPrimary === true) primary ??= link;
      if (carried.IsPrimary === false) link.isPrimary = false;
    }
    if (item[linked.delta] !== true) parties.disconnectAllBut(party, kept);
    if (primary !== undefined) for (const link of parties.of(party)) link.isPrimary = link === primary;
  }

  #findLinked(carried: PlainRecord, item: PlainRecord): PlainRecord | undefined {
    const { linked } = this.#traits;
    try {
      const other = this.#find(linked.kind, carried, false);
      if (other === undefined) this.#context.report.warn(`${linked.field}: the record is not known.`, item);
      return other;
    } catch (error) {
      if (!(error instanceof ItemRefused)) throw error;
      this.#context.report.warn(`${linked.field}: ${error.message}`, item);
      return undefined;
    }
  }
}
