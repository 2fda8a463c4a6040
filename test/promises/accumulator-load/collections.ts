/**
 * What accumulators are loaded with: items of which each value says when it was sent, and how the shop's values are
 * read again.
 */
import { type ImportName, importNames } from '../../../src/contract/index.ts';
import type { Catalogue } from '../../../src/simulator/index.ts';
import { type Plain, type Random, subjects } from '../shapes.ts';
import { type Shelf, shelves } from '../shop.ts';

/** Values begin here, so that nothing that the shop is filled with looks like one of them. */
const firstNumber = 1_000_000;

/** A field that carries numbered values, of the item itself or of an element of one of its lists. */
interface Field {
  readonly list?: string;
  readonly keys?: Plain;
  readonly name: string;
  readonly isText?: true;
}

/** One collection and the records that its messages are about. No record is in two collections. */
export interface LoadedCollection {
  readonly name: string;
  readonly import: ImportName;
  readonly identity?: string;
  readonly follows: readonly string[];
  /**
   * Whose products they are. All suppliers' go through one accumulator, which is set to
   * another supplier from life to life.
   */
  readonly supplierId?: number;
  /** The last of them Connect refuses to write. */
  readonly records: readonly string[];
}

function names(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${name}-${number}`);
}

/** Suppliers whose products are among them. */
export const suppliers = [7, 8];

const supplierAccumulator = 'suppliers';

/** The name of the accumulator that takes the messages of a collection. */
export function accumulatorOf({ name, supplierId }: LoadedCollection): string {
  return supplierId === undefined ? name : supplierAccumulator;
}

/** Two of them share a lane, one follows another, two go through sealing in partitions and two as a whole. */
export const collections: readonly LoadedCollection[] = [
  { name: 'stock', import: 'import-onhands', follows: [], records: names('stock', 12) },
  { name: 'stores', import: 'import-onhands', follows: [], records: names('store', 12) },
  { name: 'products', import: 'import-products', follows: [], records: names('product', 6) },
  { name: 'prices', import: 'import-prices', follows: ['products'], records: names('price', 12) },
  {
    name: 'customers',
    import: 'import-customers',
    identity: 'Code',
    follows: [],
    records: names('customer', 12),
  },
  {
    name: 'companies',
    import: 'import-companies',
    identity: 'Code',
    follows: [],
    records: names('company', 6),
  },
  { name: 'lists', import: 'import-price-lists', follows: [], records: names('list', 6) },
  { name: 'relations', import: 'import-relations', follows: [], records: names('relation', 12) },
  ...suppliers.map(
    (supplierId): LoadedCollection => ({
      name: `supplier-${supplierId}`,
      import: 'import-supplier-products',
      supplierId,
      follows: [],
      records: names(`offer-${supplierId}`, 6),
    }),
  ),
];

/** The collections whose messages are taken while an accumulator is set to a supplier. */
export function collectionsUnder(supplierId: number): readonly LoadedCollection[] {
  return collections.filter((each) => each.supplierId === undefined || each.supplierId === supplierId);
}

/** The records of some collections, as a shop is filled with them. */
export function recordsOf(loaded: readonly LoadedCollection[]): Record<ImportName, string[]> {
  const of = (name: ImportName) =>
    loaded.filter((each) => each.import === name).flatMap(({ records }) => records);
  return Object.fromEntries(importNames.map((name) => [name, of(name)])) as Record<ImportName, string[]>;
}

const cultureFields: readonly Field[] = ['en-GB', 'sv-SE'].flatMap((CultureCode) =>
  ['Name', 'Synonyms', 'Tags'].map(
    (name): Field => ({ list: 'Cultures', keys: { CultureCode }, name, isText: true }),
  ),
);
const texts = (...fields: readonly string[]) => fields.map((name): Field => ({ name, isText: true }));
const numbers = (...fields: readonly string[]) => fields.map((name): Field => ({ name }));

/** Fields by import; those that Connect changes together with others are not among them. */
const fields: Readonly<Partial<Record<ImportName, readonly Field[]>>> = {
  'import-onhands': numbers('OnhandValue', 'IncomingValue', 'MinimumValue', 'LeadTimeDayCount'),
  'import-prices': numbers('CostPurchase', 'PriceRecommended', 'PriceCatalog'),
  'import-customers': texts('FirstName', 'LastName', 'PhoneNumber'),
  'import-companies': texts('Name', 'VatNo', 'PhoneNumber'),
  'import-price-lists': texts('Name', 'Description'),
  'import-relations': texts('DefaultName', 'DefaultDescription'),
  'import-supplier-products': [
    ...texts('ProductName', 'EanCode'),
    ...numbers('GrossWeight', 'LogisticWidth'),
  ],
  'import-products': [...texts('Alias', 'ManufacturerName'), ...cultureFields],
};

function fieldsOf(name: ImportName): readonly Field[] {
  return fields[name] ?? [];
}

/** Where a value stands: collection, record and field. */
export type Place = string;

function placeOf({ name }: LoadedCollection, record: string, field: Field): Place {
  return [name, record, ...Object.values(field.keys ?? {}), field.name].join(' ');
}

/** A message and the values that it carries, by their places. */
export interface LoadedMessage {
  readonly items: readonly Plain[];
  readonly values: readonly (readonly [Place, number])[];
}

/** Makes messages whose values grow. */
export class MessageMaker {
  readonly #random: Random;
  #number = firstNumber;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Items for random records of a collection, some of them for the same one; each carries some of the fields. */
  message(collection: LoadedCollection, items: number): LoadedMessage {
    const values: [Place, number][] = [];
    const made = Array.from({ length: items }, () => {
      const record = collection.records[this.#random.whole(collection.records.length - 1)] as string;
      const item: Plain = { ...subjects[collection.import].keys(record) };
      for (const [name, value] of Object.entries(subjects[collection.import].shape.always ?? {})) {
        item[name] = value(this.#random);
      }
      const all = fieldsOf(collection.import);
      const carried = all.filter(() => this.#random.chance(0.4));
      if (carried.length === 0) carried.push(all[this.#random.whole(all.length - 1)] as Field);
      for (const field of carried) {
        this.#number += 1;
        put(item, field, this.#number);
        values.push([placeOf(collection, record, field), this.#number]);
      }
      return item;
    });
    return { items: made, values };
  }
}

function put(item: Plain, field: Field, number: number): void {
  const value = field.isText ? `value ${number}` : number;
  if (field.list === undefined) {
    item[field.name] = value;
    return;
  }
  item[field.list] ??= [];
  const list = item[field.list] as Plain[];
  let element = list.find((candidate) => isUnder(candidate, field.keys));
  if (element === undefined) {
    element = { ...field.keys };
    list.push(element);
  }
  element[field.name] = value;
}

function isUnder(record: Plain, keys: Plain = {}): boolean {
  return Object.entries(keys).every(([name, value]) => record[name] === value);
}

/** The number in a value; undefined for one that the load has not sent, such as what the shop was filled with. */
function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(/^value (\d+)$/.exec(value)?.[1]) : value;
  return typeof number === 'number' && number >= firstNumber ? number : undefined;
}

function holderOf(record: Plain, { list, keys }: Field): Plain | undefined {
  if (list === undefined) return record;
  return (record[list] as readonly Plain[] | undefined)?.find((element) => isUnder(element, keys));
}

/** The numbered values of an item. */
export function* valuesOf(
  collection: LoadedCollection,
  record: string,
  item: Plain,
): Generator<[Place, number | undefined]> {
  for (const field of fieldsOf(collection.import)) {
    const holder = holderOf(item, field);
    if (holder !== undefined && field.name in holder) {
      yield [placeOf(collection, record, field), numberIn(holder[field.name])];
    }
  }
}

/** The name of the record that an item of a collection is about. */
export function recordOfItem(collection: LoadedCollection, item: Plain): string | undefined {
  const { keys } = subjects[collection.import];
  return collection.records.find((record) => isUnder(item, keys(record)));
}

/** All records of the load, with what is below them in place, at one moment. */
export type ShopContent = ReadonlyMap<LoadedCollection, ReadonlyMap<string, Plain>>;

/** What the shop holds now of the records of some collections. */
export function contentOf(
  catalogue: Catalogue,
  loaded: readonly LoadedCollection[] = collections,
): ShopContent {
  const all = shelves(catalogue);
  return new Map(
    loaded.map((collection) => [
      collection,
      new Map(
        collection.records.map((record) => [record, stored(all[collection.import], collection, record)]),
      ),
    ]),
  );
}

function stored(shelf: Shelf, { import: name }: LoadedCollection, record: string): Plain {
  const keys = Object.values(subjects[name].keys(record));
  const found = shelf.get(JSON.stringify(keys));
  if (found === undefined) throw new Error(`The shop has lost the record ${record}.`);
  return found;
}

/** The numbered values of the shop. */
export function numbersOf(content: ShopContent): ReadonlyMap<Place, number> {
  const values = new Map<Place, number>();
  for (const [collection, records] of content) {
    for (const [record, item] of records) {
      for (const [place, number] of valuesOf(collection, record, item)) {
        if (number !== undefined) values.set(place, number);
      }
    }
  }
  return values;
}

/** Everything of the shop that nobody has sent a value for, as JSON by collection and record. */
export function restOf(content: ShopContent, sent: ReadonlySet<Place>): ReadonlyMap<string, string> {
  const rest = new Map<string, string>();
  for (const [collection, records] of content) {
    for (const [record, original] of records) {
      const item = structuredClone(original);
      for (const name of Object.keys(subjects[collection.import].shape.always ?? {})) delete item[name];
      for (const field of fieldsOf(collection.import)) {
        const holder = holderOf(item, field);
        if (holder !== undefined && sent.has(placeOf(collection, record, field))) delete holder[field.name];
      }
      rest.set(`${collection.name} ${record}`, JSON.stringify(item));
    }
  }
  return rest;
}
