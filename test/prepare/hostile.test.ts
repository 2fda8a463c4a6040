/**
 * Whatever is given: nothing throws, nothing given is changed, nothing is lost or sent twice, and nothing is
 * sent that was not checked.
 */
import assert from 'node:assert/strict';
import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { type ImportName, importNames } from '../../src/contract/index.ts';
import { type Prepared, preparation, prepare, type UnknownProperties } from '../../src/prepare/index.ts';
import { fill, Random, type Shape, subjects } from '../promises/shapes.ts';
import { codesOf, onlyBody, optionsOf, prepared, product, stock } from './prepared.ts';

/** Each index stands in exactly one place, and each request's text is what its record says. */
function assertAccounted(given: readonly unknown[], { requests, rejected }: Prepared): void {
  const items = requests.flatMap((request) => request.items);
  const sent = items.flatMap(({ indexes, slice }) =>
    slice === undefined || slice.number === 1 ? indexes : [],
  );
  const places = [...sent, ...rejected.map(({ index }) => index)].sort((left, right) => left - right);
  assert.deepEqual(places, [...given.keys()]);
  for (const { index, item, errors } of rejected) {
    assert.ok(Object.is(item, given[index]));
    assert.ok(errors.length > 0);
    for (const { code, message, path } of errors) {
      assert.match(code, /^[A-Z][A-Z0-9_]+$/);
      assert.ok(message.length > 0 && message.length < 2000);
      assert.equal(typeof path, 'string');
    }
  }
  for (const { stage, items } of requests) {
    const keys = items.map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
    for (const { follows } of items) {
      const former = requests.filter((request) => request.items.some((item) => follows.includes(item)));
      const last = Math.max(-1, ...former.map((request) => request.stage));
      assert.equal(stage, last + 1);
    }
  }
  for (const { indexes, slice } of items) {
    const slices = items.filter((item) => item.indexes === indexes).map((item) => item.slice?.number);
    assert.deepEqual(
      slices,
      Array.from({ length: slice?.of ?? 1 }, (_, at) => (slice ? at + 1 : undefined)),
    );
  }
  for (const { items, bytes } of requests) {
    const body = `[${items.map(({ text }) => text).join()}]`;
    assert.equal(Buffer.byteLength(body), bytes);
    assert.equal((JSON.parse(body) as unknown[]).length, items.length);
  }
}

const policies: readonly UnknownProperties[] = ['reject', 'remove', 'send'];
const anyImport = fc.constantFrom<ImportName>(...importNames);
const anyPolicy = fc.constantFrom(...policies);

/** Items that are nearly right: known names, with values of any kind. */
function nearlyRight(name: ImportName): fc.Arbitrary<unknown> {
  const { shape, keys } = subjects[name];
  return fc
    .tuple(
      fc.integer(),
      fc.integer({ min: 0, max: 4 }),
      fc.array(fc.tuple(fc.nat(20), fc.jsonValue()), { maxLength: 2 }),
    )
    .map(([seed, key, replaced]) => {
      const random = new Random(seed);
      const carries = (_: Shape, __: string): boolean => random.chance(0.4);
      const item = fill(shape, keys(`key ${key}`), { random, carries, hasElement: () => random.chance(0.5) });
      const names = Object.keys(item);
      for (const [position, value] of replaced) item[names[position % names.length] as string] = value;
      return item;
    });
}

describe('prepare: whatever is given', () => {
  it('accounts for every item of any JSON, and changes none', async () => {
    const cases = fc.tuple(anyImport, anyPolicy, fc.boolean()).chain(([name, unknownProperties, fullFile]) =>
      fc.record({
        name: fc.constant(name),
        unknownProperties: fc.constant(unknownProperties),
        fullFile: fc.constant(fullFile),
        items: fc.array(
          fc.oneof({ weight: 4, arbitrary: nearlyRight(name) }, { weight: 1, arbitrary: fc.jsonValue() }),
          { maxLength: 12 },
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ name, items, fullFile, ...changes }) => {
        const before = structuredClone(items);
        assertAccounted(items, await prepared(name, items, { ...changes, maximumItems: 3 }));
        const hasFull = !['import-price-lists', 'import-customers', 'import-companies'].includes(name);
        if (fullFile && hasFull) {
          const full = await prepared(name, items, { ...changes, fullFile });
          if (full.refusal === undefined) assertAccounted(items, full);
          else assert.deepEqual(full.requests, []);
        }
        assert.deepEqual(items, before);
      }),
      { numRuns: 1500 },
    );
  });

  it('accounts for every item of any JavaScript values', async () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    const names = fc.constantFrom(
      'PartNo',
      'Code',
      'Variants',
      'Cultures',
      'Infos',
      'OnHand',
      'Type',
      'Customers',
      '__proto__',
      'toJSON',
    );
    const items = fc.array(fc.oneof(anything, fc.dictionary(names, anything)), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(anyImport, anyPolicy, items, async (name, unknownProperties, given) => {
        assertAccounted(given, await prepared(name, given, { unknownProperties }));
      }),
      { numRuns: 1500 },
    );
  });

  const cyclic: Record<string, unknown> = stock();
  cyclic.Infos = [cyclic];
  const cyclicProduct: Record<string, unknown> = product({}, { PartNo: 'P', Status: 1 });
  cyclicProduct.extra = cyclicProduct;
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  let deep: unknown = 1;
  for (let level = 0; level < 200_000; level++) deep = [deep];
  const trap = (): never => {
    throw Object.create(null);
  };
  const hostile: readonly [string, unknown][] = [
    [
      'a getter that throws',
      {
        ...stock(),
        get MinimumValue() {
          throw new Error('no');
        },
      },
    ],
    [
      'a getter that throws what cannot be read',
      Object.defineProperty(stock(), 'MinimumValue', { enumerable: true, get: trap }),
    ],
    ['a proxy that throws', new Proxy(stock(), { ownKeys: trap })],
    ['a proxy without values', new Proxy(stock(), { get: trap })],
    ['a revoked proxy', revoked.proxy],
    ['a cyclic item', cyclic],
    ['a cyclic unknown property', { ...stock(), extra: cyclicProduct }],
    ['a big integer in an unknown property', { ...stock(), extra: 5n }],
    ['a deeply nested unknown property', { ...stock(), extra: deep }],
    ['a deeply nested value', stock({ Infos: [{ Code: 'a', Value: deep }] })],
    ['an own toJSON', { ...stock(), toJSON: () => 'anything' }],
    ['a toJSON below', stock({ Infos: [{ Code: 'a', Value: 'v', toJSON: () => 5 }] })],
    ['an unknown property whose toJSON throws', { ...stock(), extra: { toJSON: trap } }],
    ['a buffer', Buffer.alloc(1000)],
    ['a sparse list', stock({ Infos: new Array(2) })],
    ['a function', () => stock()],
    ['a symbol', Symbol('item')],
    ['a map', new Map(Object.entries(stock()))],
  ];
  for (const [what, item] of hostile) {
    for (const unknownProperties of ['reject', 'send'] as const) {
      it(`rejects ${what} and sends the rest (${unknownProperties})`, async () => {
        const given = [item, stock({ OnhandValue: 1 }, 'B')];
        const result = await prepared('import-onhands', given, { unknownProperties });
        assert.deepEqual(
          result.rejected.map(({ index }) => index),
          [0],
        );
        assertAccounted(given, result);
      });
    }
  }

  it('survives items that throw only when they are joined or read again', async () => {
    for (let reads = 0; reads < 60; reads++) {
      let left = reads;
      const fickle = (fields: object) =>
        new Proxy(stock(fields), {
          get(target, name, receiver) {
            if (left-- <= 0) throw new Error('no more');
            return Reflect.get(target, name, receiver) as unknown;
          },
        });
      const given = [fickle({ OnhandValue: 1 }), fickle({ MinimumValue: 2 }), stock({ OnhandValue: 1 }, 'B')];
      assertAccounted(given, await prepared('import-onhands', given));
    }
  });

  it('accounts for a list with holes', async () => {
    const given: unknown[] = new Array(4);
    given[2] = stock();
    const result = await prepared('import-onhands', given);
    assert.deepEqual(
      result.rejected.map(({ index }) => index),
      [0, 1, 3],
    );
    assertAccounted(given, result);
  });

  it('takes 50 MB of text in one field', async () => {
    const item = { Code: 'C', Cultures: [{ CultureCode: 'sv-SE', Description: 'å'.repeat(25_000_000) }] };
    assert.deepEqual(await codesOf('import-products', item), ['ITEM_TOO_LARGE ']);
    const { requests } = await prepared('import-products', [item], { maximumBytes: 60_000_000 });
    assert.ok((requests[0]?.bytes ?? 0) > 50_000_000);
  });
});

describe('prepare: what is checked is what is sent', () => {
  it('sends nothing that an object has only from its class', async () => {
    class Item {
      readonly WarehouseCode = 'W';
      readonly LocationCode = 'L';
      readonly OnhandValue = 1;
      get PartNo(): string {
        return 'P';
      }
    }
    assert.deepEqual(await codesOf('import-onhands', new Item()), ['REQUIRED /PartNo']);
    assert.deepEqual(await codesOf('import-onhands', Object.create(stock())), ['WRONG_TYPE ']);
    const without = { WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
    const bare: object = Object.assign(Object.create(null), { PartNo: 'P' });
    assert.deepEqual(await codesOf('import-onhands', Object.assign(Object.create(bare), without)), [
      'REQUIRED /PartNo',
    ]);
  });

  it('sends nothing that an object hides', async () => {
    const hidden = { enumerable: false };
    const item = Object.defineProperty(stock(), 'PartNo', hidden);
    assert.deepEqual(await codesOf('import-onhands', item), ['REQUIRED /PartNo']);
    const info = Object.defineProperty({ Code: 'a', Value: 'v' }, 'Value', hidden);
    assert.deepEqual(await codesOf('import-onhands', stock({ Infos: [info] })), ['REQUIRED /Infos/0/Value']);
  });

  it('does not send what a list makes of itself', async () => {
    const list = Object.assign([{ Code: 'a', Value: 'v' }], { toJSON: () => [] });
    assert.deepEqual(await codesOf('import-onhands', stock({ Infos: list })), ['FORBIDDEN_PROPERTY /Infos']);
    const flags = Object.assign(['F'], { toJSON: () => 'F' });
    const rules = [{ Type: 1, Flags: flags }];
    assert.deepEqual(await codesOf('import-price-lists', { Code: 'P', PriceRules: rules }), [
      'FORBIDDEN_PROPERTY /PriceRules/0/Flags',
    ]);
  });

  it('takes objects without a prototype and from another realm', async () => {
    assert.deepEqual(await onlyBody('import-onhands', Object.assign(Object.create(null), stock())), stock());
    const foreign: unknown = runInContext(
      '({ PartNo: "P1", WarehouseCode: "W", LocationCode: "L", OnhandValue: 1 })',
      createContext({}),
    );
    assert.deepEqual(await onlyBody('import-onhands', foreign), stock());
  });

  it('does not send what a nested object makes of itself', async () => {
    class Text {
      readonly CultureCode = 'sv-SE';
      readonly Name = 'n';
      toJSON(): object {
        return { CultureCode: 'en-GB', Title: 't' };
      }
    }
    assert.deepEqual(await codesOf('import-products', { Code: 'C', Cultures: [new Text()] }), [
      'FORBIDDEN_PROPERTY /Cultures/0',
    ]);
  });

  it('sends no empty record for one that keeps its content to itself', async () => {
    for (const address of [
      new Map([['City', 'c']]),
      new Set(['c']),
      /c/,
      new String('c'),
      new Uint8Array(2),
    ]) {
      for (const unknownProperties of policies) {
        const customer = { Type: 1, Code: 'K', InvoiceAddress: address };
        assert.deepEqual(await codesOf('import-customers', customer, { unknownProperties }), [
          'WRONG_TYPE /InvoiceAddress',
        ]);
      }
    }
  });

  it('changes no item that it joins, cleans or renames', async () => {
    const items = [
      Object.freeze({
        ...stock({ Infos: Object.freeze([Object.freeze({ code: ' a ', Value: 'v' })]) }),
        partno: undefined,
      }),
      Object.freeze(stock({ OnhandValue: 2, nextdeliverydate: '2026-01-01' }, ' P1 ')),
    ];
    const before = structuredClone(items);
    const { requests, rejected } = await prepared('import-onhands', items);
    assert.deepEqual(rejected, []);
    assert.equal(requests.length, 1);
    assert.deepEqual(items, before);
  });
});

describe('prepare: manners', () => {
  it('lets others have their turn while it works', async () => {
    const items = Array.from({ length: 60_000 }, (_, index) => stock({ OnhandValue: index }, `P${index}`));
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const { requests } = await prepare(items, preparation(optionsOf('import-onhands')));
    isDone = true;
    assert.equal(requests.length, 60);
    assert.ok(turns > 3, `${turns} turns`);
  });

  it('uses one preparation for many messages that know nothing of each other', async () => {
    const ready = preparation(optionsOf('import-onhands'));
    const [one, other] = await Promise.all([
      prepare([stock()], ready),
      prepare([stock({ OnhandValue: 2 })], ready),
    ]);
    assert.equal(one?.requests[0]?.items[0]?.text, JSON.stringify(stock()));
    assert.equal(other?.requests[0]?.items[0]?.text, JSON.stringify(stock({ OnhandValue: 2 })));
  });
});
