/**
 * Promise 5 in small: two changes of one record that are joined leave the shop as the two would, the later
 * sent after the job of the earlier has ended.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ImportName, importNames } from '../../src/contract/index.ts';
import type { ListedValues } from '../../src/prepare/index.ts';
import { type Readings, Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';
import { prepared } from '../prepare/prepared.ts';
import { fill, type Plain, Random, type Shape, subjects } from './shapes.ts';
import { Shopkeeper } from './shopkeeper.ts';

const pairsPerImport = 8;
const rounds = 12;
const timeScale = 5000;

interface Pair {
  readonly earlier: Plain;
  readonly later: Plain;
}

function pairOf(name: ImportName, key: string, random: Random): Pair {
  const { shape, keys } = subjects[name];
  const below = new Map<string, boolean>();
  const make = (): Plain => {
    const decided = new Map<string, boolean>();
    const carries = (of: Shape, field: string): boolean => {
      // Below the item both changes carry the same fields, else most pairs could not be joined.
      const known = of === shape ? decided : below;
      const place = `${of.list} ${field}`;
      if (!known.has(place)) known.set(place, random.chance(0.5));
      return known.get(place) as boolean;
    };
    return fill(shape, keys(key), { random, carries, hasElement: () => random.chance(0.6) });
  };
  const earlier = make();
  const later = make();
  for (const field of Object.keys(later)) {
    if (field in earlier && random.chance(0.4)) later[field] = earlier[field];
  }
  return { earlier, later };
}

const readings: readonly Partial<Readings>[] = [
  {},
  { unstatedReplaceLists: 'keep', unstatedUpsertLists: 'replace' },
];

for (const reading of readings) {
  describe(`promise: merging changes nothing but the number of calls (${JSON.stringify(reading)})`, function () {
    this.timeout(120_000);
    const options: SimulatorOptions = {
      // In order, so that both shops number their customers alike.
      mood: 'kind',
      timeScale,
      tokenLifetime: 3600 * timeScale,
      requestLimit: Number.POSITIVE_INFINITY,
      readings: reading,
    };
    let together: Simulator;
    let apart: Simulator;

    before(async () => {
      together = await Simulator.start(options);
      apart = await Simulator.start(options);
    });

    after(async () => {
      await together.close();
      await apart.close();
    });

    it(`holds for ${rounds * pairsPerImport} random pairs of each import`, async () => {
      const merged = new Map<ImportName, number>();
      await fc.assert(
        fc.asyncProperty(fc.integer(), fc.boolean(), async (seed, preserves) => {
          const random = new Random(seed);
          const numbers = Array.from({ length: pairsPerImport }, (_, number) => `pair-${number}`);
          const names = Object.fromEntries(
            importNames.map((name) => [name, numbers.map((number) => `${name}-${number}`)]),
          ) as Record<ImportName, string[]>;
          for (const simulator of [together, apart]) {
            await simulator.reset();
            await new Shopkeeper(simulator).stock(names, new Random(seed));
          }
          assert.deepEqual(together.catalogue.snapshot(), apart.catalogue.snapshot());
          for (const name of importNames) {
            const lists: ListedValues =
              name === 'import-customers'
                ? { CustomerFieldsThatAreSet: ['PreserveFlags'] }
                : { CompanyFieldsThatAreSet: ['PreserveFlags'] };
            const hasFlags = name === 'import-customers' || name === 'import-companies';
            const switches = preserves && hasFlags ? { switches: lists } : {};
            const pairs = names[name].map((key) => pairOf(name, key, random));
            const joint = await prepared(
              name,
              pairs.flatMap(({ earlier, later }) => [earlier, later]),
              switches,
            );
            await new Shopkeeper(together).send(name, joint);
            const sent = joint.requests.flatMap(({ items }) => items.map(({ indexes }) => indexes));
            merged.set(name, (merged.get(name) ?? 0) + sent.filter((indexes) => indexes.length === 2).length);
            for (const turn of [0, 1]) {
              const items = sent.flatMap((indexes) => {
                const index = indexes[turn];
                const pair = index === undefined ? undefined : pairs[Math.floor(index / 2)];
                return pair === undefined ? [] : [(index as number) % 2 === 0 ? pair.earlier : pair.later];
              });
              const alone = await prepared(name, items, switches);
              assert.deepEqual(alone.rejected, []);
              await new Shopkeeper(apart).send(name, alone);
            }
            assert.deepEqual(together.catalogue.snapshot(), apart.catalogue.snapshot(), name);
          }
        }),
        { numRuns: rounds, endOnFailure: true },
      );
      for (const name of importNames) {
        const count = merged.get(name) ?? 0;
        assert.ok(count >= rounds, `${name}: only ${count} pairs were joined, the test says little`);
      }
    });
  });
}
