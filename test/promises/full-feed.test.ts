/**
 * Promise 4 where items of a full feed carry different fields: nothing that is in the feed is deactivated or
 * wiped, all of it is written, and what is missing from it is deactivated.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ImportName, importNames, imports } from '../../src/contract/index.ts';
import type { Readings, Simulator } from '../../src/simulator/index.ts';
import { prepared } from '../prepare/prepared.ts';
import { enoughRounds } from '../support/enough-rounds.ts';
import { fill, type Plain, Random, type Shape, subjects } from './shapes.ts';
import { change, recordOf, shelves } from './shop.ts';
import { Shopkeeper, startHostile } from './shopkeeper.ts';

const rounds = 25;
const feedNames: readonly ImportName[] = importNames.filter((name) => 'fullFile' in imports[name]);

/** What a full feed has to say of each of its items, because it bounds the feed or creates what is new. */
const always: ReadonlySet<string> = new Set([
  'Variants',
  'Skus',
  'OnHand',
  'PriceList',
  'ManufacturerCode',
  'Manufacturer',
  'ManufacturerPartNo',
]);

/** Carried by all or by none: what creates new records, and what stands in lists that are written whole. */
const equalFields: ReadonlySet<string> = new Set(['Status', 'Type']);
const wholeLists: ReadonlySet<string> = new Set(['SkuStructureItemFieldsThatAreSet']);

function feedOf(name: ImportName, keys: readonly string[], random: Random): Plain[] {
  const { shape, keys: keysOf } = subjects[name];
  const shares = new Map<string, number>();
  const carries = (below: Shape, field: string): boolean => {
    if (always.has(field)) return true;
    const place = `${below.list} ${field}`;
    if (!shares.has(place)) {
      const isEqual = equalFields.has(field) || wholeLists.has(below.list);
      shares.set(place, (isEqual ? [0, 1] : [0, 0.5, 1])[random.whole(isEqual ? 1 : 2)] as number);
    }
    return random.chance(shares.get(place) as number);
  };
  return keys.map((key) => fill(shape, keysOf(key), { random, carries, hasElement: () => true }));
}

const readings: readonly Partial<Readings>[] = [
  {},
  {
    productFullFile: 'everything',
    relationFullFile: 'relationType',
    competitorFullFile: 'absentFromFile',
    unstatedReplaceLists: 'keep',
    unstatedUpsertLists: 'replace',
  },
];

for (const reading of readings) {
  describe(`promise: a full feed whose items differ (${JSON.stringify(reading)})`, () => {
    let simulator: Simulator;
    let shopkeeper: Shopkeeper;

    before(async () => {
      simulator = await startHostile(reading);
      shopkeeper = new Shopkeeper(simulator);
    });

    after(() => simulator.close());

    for (const name of feedNames) {
      it(`${name}: ${rounds} random feeds`, async () => {
        let followed = 0;
        await enoughRounds(
          fc.asyncProperty(fc.integer(), async (seed) => {
            const random = new Random(seed);
            await simulator.reset();
            const keys = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => `${name}-${key}`);
            const none = Object.fromEntries(importNames.map((each) => [each, [] as string[]]));
            const stocked = { ...none, [name]: keys } as unknown as Record<ImportName, string[]>;
            await shopkeeper.stock(stocked, new Random(seed));
            const expected = shelves(simulator.catalogue)[name];
            const feed = feedOf(name, keys.slice(0, 4), random);
            const result = await prepared(name, feed, { fullFile: true });
            if (result.refusal !== undefined) {
              assert.match(result.refusal.message, /no field in common|IsActive .* would be active/);
              assert.deepEqual(result.requests, []);
              return;
            }
            const whole = result.requests.filter(({ header }) => header.FullFile === true);
            assert.deepEqual(
              whole.map(({ stage, items }) => [stage, items.length]),
              [[0, 4]],
            );
            assert.ok(result.requests.every(({ stage, header }) => header.FullFile === (stage === 0)));
            if (result.requests.length > 1) followed++;
            for (const item of feed) change(recordOf(expected, item, name), item, subjects[name].shape);
            await shopkeeper.send(name, result);
            const actual = shelves(simulator.catalogue)[name];
            for (const item of feed) {
              assert.deepEqual(recordOf(actual, item, name), recordOf(expected, item, name));
            }
            if (name !== 'import-prices' && name !== 'import-onhands') return;
            for (const key of keys.slice(4)) {
              assert.equal(recordOf(actual, subjects[name].keys(key), name).IsActive, false);
            }
          }),
          { rounds, seen: () => followed, fewest: rounds / 4 },
        );
      });
    }
  });
}
