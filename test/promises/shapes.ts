/**
 * The records of the promise tests: what each import may write, by the facts of Connect and not by the
 * package's own tables, and random items made of it.
 */
import type { ImportName } from '../../src/contract/index.ts';

/** A record as plain JSON. */
export type Plain = Record<string, unknown>;

/** Random numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Between 0 and 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  whole(most: number): number {
    return Math.floor(this.next() * (most + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }
}

/** A field's random value; null where the field is to be emptied. */
type Value = (random: Random) => unknown;

const text: Value = (random) => (random.chance(0.2) ? null : `text ${random.whole(999)}`);
const amount: Value = (random) => (random.chance(0.2) ? null : 1 + random.whole(9999) / 100);
const date: Value = (random) => (random.chance(0.2) ? null : `2026-0${1 + random.whole(8)}-11T08:00:00`);
const days: Value = (random) => (random.chance(0.2) ? null : random.whole(60));
const flag: Value = (random) => random.chance(0.5);
const figure: Value = (random) => random.whole(500);
const skipped: Value = (random) => [null, 0, 1 + random.whole(9999) / 100][random.whole(2)];
const oneOf =
  (...values: readonly unknown[]): Value =>
  (random) =>
    values[random.whole(values.length - 1)];
const coded =
  (name: string, value: Value): Value =>
  (random) =>
    ['A', 'B'].map((Code) => ({ Code, [name]: value(random) }));
/** Flags that take the place of those that were there. */
const flags: Value = (random) =>
  ['A', 'B', 'C'].filter(() => random.chance(0.6)).map((Code) => ({ Code, IsActive: random.chance(0.5) }));
const address: Value = (random) => ({
  AddressLine1: `Street ${random.whole(99)}`,
  City: `City ${random.whole(99)}`,
});
const words: Value = (random) => `word ${random.whole(999)}`;

/** One kind of record: how it is found, what it carries always, and what it may carry. */
export interface Shape {
  /** Header list that governs it. */
  readonly list: string;
  /** Values of the list that stand for its keys. */
  readonly listedKeys?: readonly string[];
  /** Fields that Connect writes with the record whatever is listed, so that an item must carry them. */
  readonly always?: Readonly<Record<string, Value>>;
  /** Fields with an entry in the list. */
  readonly fields: Readonly<Record<string, Value>>;
  /** Fields without an entry: written when carried. */
  readonly unlisted?: Readonly<Record<string, Value>>;
  /** Fields of which null and 0 are not written. */
  readonly skips?: readonly string[];
  readonly children?: Readonly<Record<string, Child>>;
  readonly isPrice?: true;
  /** What a new record needs besides. */
  readonly forInsert?: (keys: Plain) => Plain;
}

/** Records nested in a field. */
export interface Child {
  readonly shape: Shape;
  /** Keys of the nested records below a record with these keys. */
  readonly keys: (parent: Plain) => readonly Plain[];
  /** Whether the holding field has no list entry. */
  readonly unlisted?: true;
  /** A single record instead of a list. */
  readonly single?: true;
  /** What Connect does with elements that a list leaves out is not stated, so that it is always whole. */
  readonly whole?: true;
  /** The field that keeps connections which the list leaves out. */
  readonly delta?: string;
}

const cultures = (): readonly Plain[] => ['en-GB', 'sv-SE'].map((CultureCode) => ({ CultureCode }));

function culture(list: string, names: readonly string[]): Child {
  const fields = Object.fromEntries(names.map((name) => [name, text]));
  return { shape: { list, fields }, keys: cultures };
}

const price: Shape = {
  list: 'SkuPriceListFieldsThatAreSet',
  fields: {
    PriceSale: skipped,
    CostPurchase: skipped,
    PriceRecommended: skipped,
    PriceCatalog: skipped,
    IsActive: flag,
    IsPriceDiscountable: flag,
  },
  unlisted: { CurrencyCode: oneOf('SEK', 'EUR') },
  skips: ['PriceSale', 'CostPurchase', 'PriceRecommended', 'PriceCatalog'],
  isPrice: true,
};

const sku: Shape = {
  list: 'SkuFieldsThatAreSet',
  fields: {
    Status: oneOf(1, 2, 5),
    Type: oneOf(1, 14),
    EanCode: text,
    IsBuyable: flag,
    ActualWeight: amount,
    UnitOfMeasurementCount: figure,
    StartDate: date,
  },
  children: {
    Cultures: { ...culture('SkuCultureFieldsThatAreSet', ['ErpName', 'Comment']), unlisted: true },
    StandardPrice: {
      shape: price,
      keys: ({ PartNo }) => [{ PartNo, PriceListCode: 'standard', QuantityBreak: 0 }],
      single: true,
    },
    StructureItems: {
      whole: true,
      shape: {
        list: 'SkuStructureItemFieldsThatAreSet',
        always: { Quantity: figure },
        fields: { SortOrder: days },
      },
      keys: ({ PartNo }) => ['1', '2'].map((part) => ({ StructurePartNo: PartNo, PartNo: `part-${part}` })),
    },
  },
};

const variant: Shape = {
  list: 'VariantFieldsThatAreSet',
  listedKeys: ['ManufacturerPartNo'],
  fields: {
    SortOrderValue: days,
    IsDangerousGoods: flag,
    StockDisplayBreakPoint: days,
    TranslationRequested: date,
  },
  unlisted: { VariantFlags: coded('IsSet', flag) },
  children: {
    Cultures: culture('VariantCultureFieldsThatAreSet', ['Name', 'Title', 'Description']),
    Skus: {
      shape: sku,
      keys: ({ ManufacturerPartNo }) => ['1', '2'].map((end) => ({ PartNo: `${ManufacturerPartNo}-${end}` })),
    },
  },
};

const product: Shape = {
  list: 'ProductFieldsThatAreSet',
  listedKeys: ['Code'],
  fields: {
    ManufacturerCode: () => 'maker',
    ManufacturerName: text,
    Alias: text,
    Categories: coded('SortOrder', figure),
    Family: (random) => ({ Code: `family ${random.whole(9)}` }),
  },
  unlisted: { ProductFlags: coded('IsSet', flag) },
  children: {
    Cultures: culture('ProductCultureFieldsThatAreSet', ['Name', 'Synonyms', 'Tags']),
    Variants: {
      shape: variant,
      keys: ({ Code }) => ['a', 'b'].map((end) => ({ ManufacturerPartNo: `${Code}-${end}` })),
    },
  },
};

const priceList: Shape = {
  list: 'PriceListFieldsThatAreSet',
  fields: {
    Name: text,
    CurrencyCode: text,
    StartDate: date,
    IsPublic: flag,
    IsFavorite: flag,
    Description: text,
    LimitToRecPrice: flag,
    Population: (random) => ({ Type: 1 + random.whole(1), RequireSupplier: random.chance(0.5) }),
  },
  children: {
    Warehouses: {
      whole: true,
      keys: ({ Code }) => ['x', 'y'].map((end) => ({ Code: `${Code}-${end}` })),
      shape: {
        list: 'WarehouseFieldsThatAreSet',
        fields: { Type: oneOf(1, 2), Name: text, LeadTimeDayCount: days },
        children: {
          Locations: {
            unlisted: true,
            keys: ({ Code }) => [{ Code: `${Code}-1` }, { Code: `${Code}-2` }],
            shape: {
              list: 'WarehouseLocationFieldsThatAreSet',
              fields: { Name: text, LeadTimeDayCount: days, IsIncludedInStockCalculation: flag },
            },
          },
        },
      },
    },
    PriceRules: {
      keys: () => ['M1', 'M2'].map((ManufacturerCode) => ({ Type: 1, ManufacturerCode })),
      shape: {
        list: 'PriceListPriceRuleFieldsThatAreSet',
        listedKeys: ['Type'],
        fields: { Value: amount, LimitToRecPrice: flag, SupplementalChargeFixed: amount },
      },
    },
  },
};

const partyFields = {
  PhoneNumber: text,
  IsActive: flag,
  InvoiceAddress: address,
  AdditionalInfo: coded('Value', words),
  Flags: flags,
};

const customer: Shape = {
  list: 'CustomerFieldsThatAreSet',
  forInsert: ({ Code }) => ({ EmailAddress: `${Code}@example.com` }),
  listedKeys: ['Code'],
  always: { Type: oneOf(1, 2) },
  fields: { ...partyFields, FirstName: text, LastName: text, CrmId: text },
  children: {
    Accounts: {
      keys: ({ Code }) =>
        ['one', 'two'].map((end) => ({
          ApplicationKey: '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11',
          LoginName: `${Code}-${end}`,
        })),
      shape: {
        list: 'AccountFieldsThatAreSet',
        fields: { Status: oneOf(1, 2), Roles: coded('IsActive', flag) },
      },
    },
  },
};

const company: Shape = {
  list: 'CompanyFieldsThatAreSet',
  forInsert: ({ Code }) => ({ OrganizationNo: `no ${Code}` }),
  listedKeys: ['Code', 'ApplicationKey'],
  fields: {
    ...partyFields,
    Name: text,
    EmailAddress: text,
    VatNo: text,
    Discounts: (random) => [{ Type: 1, ValueCode: 'a', DiscountPercentage: random.whole(50) }],
  },
  unlisted: { UseInvoiceAddressAsDeliveryAddress: flag },
  always: { ApplicationKey: () => '5f0c3a52-7f65-4c55-9c0e-6a2d1c6e9b11' },
  children: {
    Customers: {
      keys: ({ Code }) => ['p', 'q'].map((end) => ({ Code: `${Code}-${end}` })),
      shape: {
        list: 'CustomerFieldsThatAreSet',
        listedKeys: ['Code'],
        fields: { FirstName: text, LastName: text, PhoneNumber: text, IsActive: flag },
      },
      delta: 'IsCustomerListDelta',
    },
  },
};

const supplierProduct: Shape = {
  list: 'FieldsThatAreSet',
  fields: {
    ProductName: text,
    EanCode: text,
    GrossWeight: figure,
    VatCode: figure,
    LogisticWidth: amount,
    Manufacturer: text,
    ManufacturerPartNo: text,
  },
  children: {
    OnHand: {
      unlisted: true,
      keys: () => ['1', '2'].map((LocationCode) => ({ WarehouseCode: 'main', LocationCode })),
      shape: {
        list: 'OnhandFieldsThatAreSet',
        fields: { Value: figure, IncomingValue: amount, NextDeliveryDate: date, IsActive: flag },
      },
    },
    PriceList: {
      unlisted: true,
      keys: () => [1, 10].map((QtyBreak) => ({ PriceListCode: 'cost', QtyBreak })),
      shape: {
        list: 'PriceFieldsThatAreSet',
        fields: { CostPurchase: figure, PriceRecommended: amount, IsPromotion: flag, IsActive: flag },
        unlisted: { CurrencyCode: oneOf('SEK', 'EUR') },
      },
    },
    ContentList: { ...culture('ContentFieldsThatAreSet', ['Name', 'Description', 'Title']), unlisted: true },
    ProductInfo: {
      unlisted: true,
      keys: () => [{ Code: 'A' }, { Code: 'B' }],
      shape: { list: 'ProductInfoFieldsThatAreSet', fields: { Value: text } },
    },
  },
};

const onhand: Shape = {
  list: 'SkuOnhandFieldsThatAreSet',
  fields: {
    OnhandValue: figure,
    IncomingValue: amount,
    NextDeliveryDate: date,
    LeadTimeDayCount: days,
    MinimumValue: amount,
    MaximumValue: amount,
    IsActive: flag,
    Infos: coded('Value', words),
  },
};

const relation: Shape = {
  list: 'RelationFieldsThatAreSet',
  fields: {
    IsActive: flag,
    IsVariantUnique: flag,
    IsRelatedVariantUnique: flag,
    DefaultName: text,
    DefaultDescription: text,
    SortOrder: days,
  },
  children: { Cultures: culture('RelationCultureFieldsThatAreSet', ['Name', 'SubHeader', 'Description']) },
};

const competitorSku: Shape = {
  list: 'CompetitorSkuFieldsThatAreSet',
  always: {
    CompetitorPartNo: words,
    CurrencyCode: oneOf('SEK', 'EUR'),
    PriceSale: figure,
    PriceSaleInclFreight: figure,
    IsPricesInclVat: flag,
    SalesArea: oneOf('Sweden', 'Norway'),
    IsInStock: flag,
  },
  fields: { CompetitorName: text, ProductName: text, VatRate: amount },
};

/** Each import with the shape of its items and the keys of the item `name`. */
export const subjects: Readonly<
  Record<ImportName, { readonly shape: Shape; readonly keys: (name: string) => Plain }>
> = {
  'import-products': { shape: product, keys: (Code) => ({ Code }) },
  'import-prices': {
    shape: price,
    keys: (PartNo) => ({ PartNo, PriceListCode: 'standard', QuantityBreak: 1 }),
  },
  'import-price-lists': { shape: priceList, keys: (Code) => ({ Code }) },
  'import-onhands': { shape: onhand, keys: (PartNo) => ({ PartNo, WarehouseCode: 'w', LocationCode: 'l' }) },
  'import-relations': {
    shape: relation,
    keys: (PartNo) => ({ PartNo, RelatedPartNo: 'related', RelationTypeCode: 'r' }),
  },
  'import-competitor-skus': {
    shape: competitorSku,
    keys: (PartNo) => ({ PartNo, CompetitorCode: 'c', Source: 's' }),
  },
  'import-customers': { shape: customer, keys: (Code) => ({ Code }) },
  'import-companies': { shape: company, keys: (Code) => ({ Code }) },
  'import-supplier-products': { shape: supplierProduct, keys: (SupplierPartNo) => ({ SupplierPartNo }) },
};

/** How a random item is made. */
export interface Filling {
  readonly random: Random;
  /** Whether a record of this shape has the field. */
  readonly carries: (shape: Shape, field: string) => boolean;
  /** Whether a list has a further element; the first is always there. */
  readonly hasElement: () => boolean;
  /** No field is emptied. */
  readonly isFull?: boolean;
}

/** A random record under its keys. */
export function fill(shape: Shape, keys: Plain, filling: Filling): Plain {
  const { random, carries, hasElement, isFull = false } = filling;
  const item: Plain = { ...keys };
  const put = (name: string, value: Value): void => {
    do item[name] = value(random);
    while (isFull && (item[name] === null || item[name] === 0));
  };
  for (const [name, value] of Object.entries(shape.always ?? {})) put(name, value);
  for (const [name, value] of Object.entries({ ...shape.fields, ...shape.unlisted })) {
    if (carries(shape, name)) put(name, value);
  }
  for (const [name, child] of Object.entries(shape.children ?? {})) {
    // A warehouse cannot be sent without locations.
    if (name !== 'Locations' && !carries(shape, name)) continue;
    const records = child
      .keys(keys)
      .filter((_, position) => position === 0 || child.whole || hasElement())
      .map((below) => fill(child.shape, below, filling));
    item[name] = child.single ? records[0] : records;
    if (child.delta !== undefined) item[child.delta] = true;
  }
  return item;
}

/** A record with everything in it, as it first comes to Connect. */
export function fullRecord(shape: Shape, keys: Plain, random: Random): Plain {
  const item = fill(shape, keys, { random, carries: () => true, hasElement: () => true, isFull: true });
  return { ...item, ...shape.forInsert?.(keys) };
}

/** Field lists that name everything a shape can carry. */
export function allLists(shape: Shape, lists: Record<string, Set<string>> = {}): Record<string, Set<string>> {
  const names = Object.keys(shape.fields);
  const holders = Object.entries(shape.children ?? {}).flatMap(([name, child]) =>
    child.unlisted ? [] : [name],
  );
  const needed = Object.keys(shape.forInsert?.({}) ?? {});
  const list = lists[shape.list] ?? new Set();
  lists[shape.list] = list;
  for (const name of [...(shape.listedKeys ?? []), ...names, ...holders, ...needed]) list.add(name);
  for (const { shape: below } of Object.values(shape.children ?? {})) allLists(below, lists);
  return lists;
}
