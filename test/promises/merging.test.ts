/**
 * Promise 5 in small: two changes of one record in one message, joined, cut or in order, leave the shop as the
 * two would, the later sent after the job of the earlier has ended.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ImportName, importNames } from '../../src/contract/index.ts';
import type { ListedValues } from '../../src/prepare/index.ts';
import { type Readings, Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';
import { anyEmptied } from '../prepare/choices.ts';
import { prepared } from '../prepare/prepared.ts';
import { fill, type Plain, Random, type Shape, subjects } from './shapes.ts';
import { Shopkeeper } from './shopkeeper.ts';

const pairsPerImport = 8;
const rounds = 12;
const timeScale = 5000;

/** Without these nothing new is created, so that an item can be cut only where all records carry them or none. */
const neededForInsert: ReadonlySet<string> = new Set(['Status', 'Type', 'Skus']);

interface Pair {
  readonly earlier: Plain;
  readonly later: Plain;
}

function pairOf(name: ImportName, key: string, random: Random): Pair {
  const { shape, keys } = subjects[name];
  const below = new Map<string, boolean>();
  const isUniform = random.chance(0.7);
  const make = (): Plain => {
    const decided = new Map<string, boolean>();
    const carries = (of: Shape, field: string): boolean => {
      // Below the item both changes mostly carry the same fields, else few pairs could be joined.
      if (!isUniform && of !== shape && !neededForInsert.has(field)) return random.chance(0.5);
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
  describe(`promise: merging changes nothing but the number of calls (${JSON.stringify(reading)})`, () => {
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
      const counts = new Map<string, number>();
      const count = (name: ImportName, what: string, times: number) =>
        counts.set(`${name} ${what}`, (counts.get(`${name} ${what}`) ?? 0) + times);
      await fc.assert(
        fc.asyncProperty(fc.integer(), fc.boolean(), fc.boolean(), async (seed, preserves, isEmptied) => {
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
            const options = {
              // Of products variants may be emptied, of which a later change would be refused.
              ...(isEmptied && name !== 'import-products' ? anyEmptied(name, random) : {}),
              ...(preserves && hasFlags ? { switches: lists } : {}),
            };
            const pairs = names[name].map((key) => pairOf(name, key, random));
            const given = pairs.flatMap(({ earlier, later }) => [earlier, later]);
            const joint = await prepared(name, given, options);
            await new Shopkeeper(together).send(name, joint);
            const sent = joint.requests.flatMap((request) => request.items);
            count(name, 'joined', sent.filter(({ indexes }) => indexes.length === 2).length);
            count(name, 'in order', sent.filter(({ follows, slice }) => follows.length > 0 && !slice).length);
            count(name, 'cut', sent.filter(({ slice }) => slice?.number === 1).length);
            assert.ok(
              joint.rejected.every(({ errors }) => !errors.some(({ code }) => code.startsWith('DUPLICATE'))),
            );
            const rejected = new Set(joint.rejected.map(({ index }) => index));
            for (const turn of [0, 1]) {
              const items = given.filter((_, index) => index % 2 === turn && !rejected.has(index));
              const alone = await prepared(name, items, options);
              assert.deepEqual(alone.rejected, []);
              await new Shopkeeper(apart).send(name, alone);
            }
            assert.deepEqual(together.catalogue.snapshot(), apart.catalogue.snapshot(), name);
          }
        }),
        { numRuns: rounds, endOnFailure: true },
      );
      const seen = (name: ImportName, what: string) => counts.get(`${name} ${what}`) ?? 0;
      for (const name of importNames) {
        const joined = seen(name, 'joined');
        assert.ok(joined >= rounds, `${name}: only ${joined} pairs were joined, the test says little`);
      }
      const total = (what: string) => importNames.reduce((sum, name) => sum + seen(name, what), 0);
      assert.ok(total('in order') >= rounds && total('cut') >= rounds, JSON.stringify([...counts]));
    });
  });
}
