/**
 * What was collected comes to the requests that prepare makes of it, whatever it is divided into; each item is in one
 * place, and the limits hold.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { batchBounds, mostUndivided, partitionBytes } from '../../../src/accumulator/sealing/bounds.ts';
import { type Merged, merge } from '../../../src/accumulator/sealing/merge.ts';
import { type ImportName, importNames, imports } from '../../../src/contract/index.ts';
import { isDivisible, keysOfItem, type PrepareOptions, preparation } from '../../../src/prepare/index.ts';
import type { NewPiece } from '../../../src/store/index.ts';
import { optionsOf, prepared, price, stock } from '../../prepare/prepared.ts';
import { randomItems, randomSwitches } from '../../prepare/random-items.ts';
import { type Plain, Random } from '../../promises/shapes.ts';
import { bytesOf } from '../../support/bytes.ts';
import { enoughRounds } from '../../support/enough-rounds.ts';
import { assertLawful, assertTrue, lineOf, openAfter, requestsOf } from './support.ts';

const rounds = 40;

/** By the facts: of these each item is about one record that no other item can be about. */
const divisible: ReadonlySet<ImportName> = new Set([
  'import-prices',
  'import-onhands',
  'import-relations',
  'import-competitor-skus',
  'import-supplier-products',
]);

/** Changes of one record of these can be joined, but for rare ones. */
const joinable: ReadonlySet<ImportName> = new Set(['import-prices', 'import-competitor-skus']);

/** Merges partition after partition; each finds the requests of the former. */
async function mergeAll(options: PrepareOptions, partitions: readonly (readonly string[])[]) {
  const pieces: NewPiece[] = [];
  const rejected: Merged['rejected'][number][] = [];
  for (const lines of partitions) {
    const open = openAfter(requestsOf(pieces));
    const job = { options, lines: bytesOf(lines.join('\n')), returned: 0, open };
    // What is said between threads is plain.
    const merged = structuredClone(await merge(structuredClone(job)));
    pieces.push(...merged.pieces);
    rejected.push(...merged.rejected);
  }
  return { requests: requestsOf(pieces), rejected };
}

/** Items of the same records again and again, a few of them invalid. */
function collected(name: ImportName, random: Random): Plain[] {
  const items = Array.from({ length: 1 + random.whole(3) }, () =>
    randomItems(name, 1 + random.whole(5), random),
  );
  return items.flat().map((item) => (random.chance(0.05) ? { ...item, NoSuchField: 1 } : item));
}

describe('sealing: merging a partition', function () {
  this.timeout(120_000);

  for (const name of importNames) {
    it(`${name}: what prepare makes of it, put into requests of bounded size`, async () => {
      let sent = 0;
      let staged = 0;
      await enoughRounds(
        fc.asyncProperty(fc.integer(), async (seed) => {
          const random = new Random(seed);
          const items = collected(name, random).filter((item) => keysOfItem(name, item).length > 0);
          const limit = { maximumItems: 1 + random.whole(4), maximumBytes: 600 + random.whole(3000) };
          const options = optionsOf(name, { ...limit, switches: randomSwitches(name, random) });
          const parts: Plain[][] = [[], [], []];
          const isDivided = divisible.has(name) && random.chance(0.7);
          for (const item of items) {
            const [key] = keysOfItem(name, item) as [string];
            parts[isDivided ? key.length % 3 : 0]?.push(item);
          }
          const partitions = parts.map((part) => part.map((item) => lineOf(name, item)));
          const { requests, rejected } = await mergeAll(options, partitions);
          assertLawful(requests, limit);
          assertTrue(name, requests);

          const expected = await Promise.all(parts.map((part) => prepared(name, part, options)));
          assert.deepEqual(
            requests
              .flatMap(({ stage, header, items: own }) =>
                own.map(({ key, text, follows }) =>
                  JSON.stringify([stage, JSON.parse(header), key, text, follows]),
                ),
              )
              .sort(),
            expected
              .flatMap(({ requests: own }) =>
                own.flatMap(({ stage, header, items: all }) =>
                  all.map(({ key, text, follows }) =>
                    JSON.stringify([stage, header, key, text, [...new Set(follows.map((each) => each.key))]]),
                  ),
                ),
              )
              .sort(),
          );
          assert.deepEqual(
            rejected,
            expected.flatMap(({ rejected: own }) =>
              own.map(({ index, item, errors }) => {
                const [key, text] = lineOf(name, item as Plain).split('\t');
                return { key, text, reason: JSON.stringify({ errors }), line: index };
              }),
            ),
          );
          sent += requests.length;
          staged += requests.filter(({ stage }) => stage > 0).length;
        }),
        {
          rounds,
          seen: () => (joinable.has(name) ? sent / 3 : Math.min(sent / 3, staged)),
          fewest: rounds / 4,
        },
      );
    });

    it(`${name}: ${divisible.has(name) ? 'divided by key the same items come out' : 'is not divided'}`, async () => {
      const prepared = preparation(optionsOf(name));
      assert.equal(isDivisible(prepared), divisible.has(name));
      const isFull = 'fullFile' in imports[name];
      assert.equal(
        isDivisible(preparation(optionsOf(name, { fullFile: isFull }))),
        !isFull && divisible.has(name),
      );
      assert.deepEqual(
        batchBounds(optionsOf(name)),
        divisible.has(name) ? { partitionBytes } : { most: mostUndivided },
      );
      if (!divisible.has(name)) return;
      const property = fc.asyncProperty(fc.integer(), async (seed) => {
        const random = new Random(seed);
        const options = optionsOf(name, { switches: randomSwitches(name, random) });
        const lines = collected(name, random).map((item) => lineOf(name, item));
        const parts = new Map<string, string[]>();
        for (const line of lines) {
          const key = line.slice(0, line.indexOf('\t'));
          parts.set(key, [...(parts.get(key) ?? []), line]);
        }
        const whole = await mergeAll(options, [lines]);
        const divided = await mergeAll(options, [...parts.values()]);
        const sorted = ({ requests, rejected }: typeof whole) => [
          ...requests
            .flatMap(({ stage, items }) => items.map((item) => JSON.stringify([stage, item])))
            .sort(),
          ...rejected.map((item) => JSON.stringify([item.key, item.text])).sort(),
        ];
        assert.deepEqual(sorted(divided), sorted(whole));
      });
      await fc.assert(property, { numRuns: rounds });
    });
  }

  it('items that wait under keys of former versions are found under the same keys by this one', () => {
    const keys = (name: ImportName, item: Plain) => keysOfItem(name, item);
    assert.deepEqual(keys('import-prices', { ...price(), QuantityBreak: 2 }), [
      'PartNo+PriceListCode+QuantityBreak=["P1","SEK","2"]',
    ]);
    assert.deepEqual(keys('import-prices', price()), ['PartNo+PriceListCode+QuantityBreak=["P1","SEK","0"]']);
    assert.deepEqual(keys('import-onhands', stock()), ['PartNo+LocationCode+WarehouseCode=["P1","L","W"]']);
    assert.deepEqual(
      keys('import-relations', { PartNo: 'P1', RelatedPartNo: 'P2', RelationTypeCode: 'Å\n"' }),
      ['PartNo+RelatedPartNo+RelationTypeCode=["P1","P2","Å\\n\\""]'],
    );
    assert.deepEqual(keys('import-competitor-skus', { PartNo: 'P1', CompetitorCode: 'C', Source: 'S' }), [
      'PartNo+CompetitorCode+Source=["P1","C","S"]',
    ]);
    assert.deepEqual(keys('import-supplier-products', { SupplierPartNo: 1 }), ['SupplierPartNo=["1"]']);
  });

  describe('under a switch that clears first', () => {
    const options = optionsOf('import-price-lists', {
      switches: { PriceListFieldsThatAreSet: ['PriceRulesCleanup'] },
      maximumItems: 2,
    });
    const list = (Code: string, fields: object = { Name: Code }) =>
      lineOf('import-price-lists', { Code, PriceRules: [{ Type: 1, Value: 2 }], ...fields });

    it('it is not divided, and all of it goes in one request beyond any limit', async () => {
      assert.deepEqual(batchBounds(options), {});
      const lines = ['a', 'b', 'c', 'd', 'e'].map((code) => list(code));
      const { requests, rejected } = await mergeAll(options, [lines]);
      assert.deepEqual(rejected, []);
      assert.equal(requests.length, 1);
      assert.deepEqual(
        requests[0]?.items.map(({ key }) => key),
        ['a', 'b', 'c', 'd', 'e'].map((code) => `Code=["${code}"]`),
      );
    });

    it('where that cannot be, all of it is rejected with the reason', async () => {
      const invalid = [list('a'), list('b', { NoSuchField: 1 }), list('c')];
      const { requests, rejected } = await mergeAll(options, [invalid]);
      assert.deepEqual(requests, []);
      assert.deepEqual(
        rejected.map(({ key, text }) => `${key}\t${text}`),
        invalid,
      );
      assert.deepEqual(
        rejected.map(({ reason }) => JSON.parse(reason).errors.map(({ code }: Plain) => code)),
        [
          ['FULL_FEED_ITEMS_REJECTED'],
          ['UNKNOWN_PROPERTY', 'FULL_FEED_ITEMS_REJECTED'],
          ['FULL_FEED_ITEMS_REJECTED'],
        ],
      );
      const differing = await mergeAll(options, [[list('a'), list('b', { IsPublic: true })]]);
      assert.deepEqual(differing.requests, []);
      assert.match(differing.rejected[1]?.reason ?? '', /"FULL_FEED_FIELDS_DIFFER","message":"Items of this/);
    });
  });
});
