/**
 * Promise 3: what no item carries stays in the shop as it is, at every level; and nothing is held back that
 * could be sent truly.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ImportName, importNames } from '../../src/contract/index.ts';
import type { Prepared } from '../../src/prepare/index.ts';
import { Simulator } from '../../src/simulator/index.ts';
import { prepared } from '../prepare/prepared.ts';
import { fill, type Plain, Random, type Shape, subjects } from './shapes.ts';
import { change, recordOf, shelves } from './shop.ts';
import { Shopkeeper } from './shopkeeper.ts';

const setsPerRound = 50;
const rounds = 20;
const timeScale = 5000;

interface ItemSet {
  readonly name: ImportName;
  readonly items: readonly Plain[];
  /** Whether all records of an item carry the same fields, so that it must not be rejected for that. */
  readonly isUniform: readonly boolean[];
}

/** Items of one import with random subsets of fields, each under a key of its own. */
function itemSet(seed: number, position: number): ItemSet {
  const random = new Random(seed);
  const name = importNames[position % importNames.length] as ImportName;
  const { shape, keys } = subjects[name];
  const isUniform: boolean[] = [];
  const items = Array.from({ length: 2 + random.whole(6) }, (_, index) => {
    const share = [0.2, 0.5, 0.9][random.whole(2)] as number;
    const uniform = random.chance(0.7);
    const decided = new Map<string, boolean>();
    const carries = (below: Shape, field: string): boolean => {
      if (!uniform) return random.chance(share);
      const place = `${below.list} ${field}`;
      if (!decided.has(place)) decided.set(place, random.chance(share));
      return decided.get(place) as boolean;
    };
    isUniform.push(uniform);
    return fill(shape, keys(`item-${position}-${index}`), {
      random,
      carries,
      hasElement: () => random.chance(0.6),
    });
  });
  return { name, items, isUniform };
}

/** The lists of all requests joined, and all items under them: what a client does that does not think. */
function naive(
  { requests, rejected }: Prepared,
  items: readonly Plain[],
): { header: object; body: string }[] {
  const header: Record<string, unknown> = {};
  for (const request of requests) {
    for (const [name, value] of Object.entries(request.header)) {
      const known = header[name];
      header[name] =
        Array.isArray(known) && Array.isArray(value) ? [...new Set([...known, ...value])] : value;
    }
  }
  const sendable = items.filter((_, index) => rejected.every((item) => item.index !== index));
  return sendable.length === 0 ? [] : [{ header, body: JSON.stringify(sendable) }];
}

/** Sends sets of items and compares the shop with what they alone have changed. */
async function round(
  shopkeeper: Shopkeeper,
  seeds: readonly number[],
  send: (set: ItemSet, prepared: Prepared) => Promise<void>,
): Promise<{ accepted: number; rejected: number }> {
  const { simulator } = shopkeeper;
  await simulator.reset();
  const sets = seeds.map(itemSet);
  const names = Object.fromEntries(importNames.map((name) => [name, [] as string[]])) as Record<
    ImportName,
    string[]
  >;
  for (const [position, { name, items }] of sets.entries()) {
    names[name].push(...items.map((_, index) => `item-${position}-${index}`));
  }
  await shopkeeper.stock(names, new Random(seeds[0] ?? 0));
  const expected = shelves(simulator.catalogue);
  let accepted = 0;
  let rejected = 0;
  for (const set of sets) {
    const result = await prepared(set.name, set.items);
    assert.equal(result.refusal, undefined);
    for (const { index, errors } of result.rejected) {
      rejected++;
      const codes = errors.map(({ code }) => code);
      const allowed = [
        'NOTHING_TO_WRITE',
        'FIELDS_INCOMPLETE',
        ...(set.isUniform[index] ? [] : ['NESTED_FIELDS_DIFFER']),
        // A variant is known by its SKUs, or by its number and the manufacturer of the product.
        ...(set.name === 'import-products' && !set.items[index]?.ManufacturerCode ? ['KEY_MISSING'] : []),
      ];
      assert.ok(
        codes.every((code) => allowed.includes(code)),
        `${JSON.stringify(set.items[index])} ${JSON.stringify(errors)}`,
      );
    }
    for (const item of result.requests.flatMap((request) => request.items)) {
      for (const index of item.indexes) {
        const given = set.items[index] as Plain;
        change(recordOf(expected[set.name], given, set.name), given, subjects[set.name].shape);
        accepted++;
      }
    }
    await send(set, result);
  }
  await shopkeeper.settled();
  const actual = shelves(simulator.catalogue);
  for (const name of importNames) {
    for (const [key, record] of expected[name])
      assert.deepEqual(actual[name].get(key), record, `${name} ${key}`);
    assert.equal(actual[name].size, expected[name].size);
  }
  return { accepted, rejected };
}

describe('promise: never wipes a field nobody sent', function () {
  this.timeout(120_000);
  let simulator: Simulator;
  let shopkeeper: Shopkeeper;

  before(async () => {
    simulator = await Simulator.start({
      mood: 'hostile',
      timeScale,
      // The token too would be over within the test.
      tokenLifetime: 3600 * timeScale,
      requestLimit: Number.POSITIVE_INFINITY,
    });
    shopkeeper = new Shopkeeper(simulator);
  });

  after(() => simulator.close());

  const seeds = fc.array(fc.integer(), { minLength: setsPerRound, maxLength: setsPerRound });

  it(`holds for ${rounds * setsPerRound} random sets of items of all imports`, async () => {
    let accepted = 0;
    let rejected = 0;
    await fc.assert(
      fc.asyncProperty(seeds, async (given) => {
        const counts = await round(shopkeeper, given, async ({ name }, { requests }) => {
          for (const { header, items } of requests) {
            await shopkeeper.post(name, header, `[${items.map((item) => item.text).join()}]`);
          }
        });
        accepted += counts.accepted;
        rejected += counts.rejected;
      }),
      { numRuns: rounds, endOnFailure: true },
    );
    assert.ok(
      accepted > rejected,
      `${accepted} items were sent and ${rejected} were not: the test says little`,
    );
  });

  it('does not hold for the same items under joined lists', async () => {
    const [given = []] = fc.sample(seeds, { seed: 1, numRuns: 1 });
    const joined = round(shopkeeper, given, async ({ name, items }, result) => {
      for (const { header, body } of naive(result, items)) await shopkeeper.post(name, header, body);
    });
    await assert.rejects(joined, /^AssertionError \[ERR_ASSERTION\]: import-/);
  });
});
