/**
 * Promise 3 for records that Connect does not know yet: an item that is cut creates them, and all that it
 * carries is written when its stages have ended.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ImportName, importNames } from '../../src/contract/index.ts';
import type { Readings, Simulator } from '../../src/simulator/index.ts';
import { prepared } from '../prepare/prepared.ts';
import { enoughRounds } from '../support/enough-rounds.ts';
import { fill, type Plain, Random, type Shape, subjects } from './shapes.ts';
import { change, recordOf, shelves } from './shop.ts';
import { Shopkeeper, startHostile } from './shopkeeper.ts';

const rounds = 15;
const itemsPerRound = 5;

/** Imports whose records are made by an item alone, with what a new one needs besides its keys. */
const needed: Readonly<Partial<Record<ImportName, (key: string) => Plain>>> = {
  'import-products': () => ({ ManufacturerCode: 'maker', ManufacturerName: 'Maker' }),
  'import-relations': () => ({}),
  'import-customers': (key) => ({ EmailAddress: `${key}@example.com`, FirstName: 'F', LastName: 'L' }),
  'import-companies': (key) => ({ OrganizationNo: `no ${key}`, Name: 'N' }),
  'import-supplier-products': (key) => ({ Manufacturer: 'maker', ManufacturerPartNo: key }),
};

const always: ReadonlySet<string> = new Set(['Variants', 'Skus', 'Status', 'Type', 'OnHand']);
const wholeLists: ReadonlySet<string> = new Set(['SkuStructureItemFieldsThatAreSet']);

function newItem(name: ImportName, key: string, random: Random): Plain {
  const { shape, keys } = subjects[name];
  const decided = new Map<string, boolean>();
  const carries = (below: Shape, field: string): boolean => {
    if (always.has(field)) return true;
    if (!wholeLists.has(below.list)) return random.chance(0.6);
    const place = `${below.list} ${field}`;
    if (!decided.has(place)) decided.set(place, random.chance(0.6));
    return decided.get(place) as boolean;
  };
  const item = fill(shape, keys(key), { random, carries, hasElement: () => random.chance(0.8) });
  return { ...item, ...needed[name]?.(key) };
}

const readings: readonly Partial<Readings>[] = [{}, { createOnly: 'empty', unstatedReplaceLists: 'keep' }];

for (const reading of readings) {
  describe(`promise: new records in slices (${JSON.stringify(reading)})`, () => {
    let simulator: Simulator;
    let shopkeeper: Shopkeeper;

    before(async () => {
      simulator = await startHostile(reading);
      shopkeeper = new Shopkeeper(simulator);
    });

    after(() => simulator.close());

    for (const name of Object.keys(needed) as ImportName[]) {
      it(`${name}: ${rounds * itemsPerRound} random items`, async () => {
        let cut = 0;
        await enoughRounds(
          fc.asyncProperty(fc.integer(), async (seed) => {
            const random = new Random(seed);
            await simulator.reset();
            const keys = Array.from({ length: itemsPerRound }, (_, index) => `${name}-${index}`);
            const none = Object.fromEntries(importNames.map((each) => [each, [] as string[]]));
            const employees = keys.flatMap((key) => [`${key}-p`, `${key}-q`]);
            const stocked = {
              ...none,
              ...(name === 'import-companies' ? { 'import-customers': employees } : {}),
            };
            await shopkeeper.stock(stocked as Record<ImportName, string[]>, random);
            for (const partNo of name === 'import-relations' ? keys : []) simulator.catalogue.addSku(partNo);
            const items = keys.map((key) => newItem(name, key, random));
            const result = await prepared(name, items);
            assert.deepEqual(result.rejected, []);
            cut += result.requests
              .flatMap((request) => request.items)
              .filter(({ slice }) => slice?.number === 1).length;
            await shopkeeper.send(name, result);
            const actual = shelves(simulator.catalogue)[name];
            for (const item of items) {
              const record = recordOf(actual, item, name);
              const written = structuredClone(record);
              change(written, item, subjects[name].shape);
              assert.deepEqual(record, written);
            }
          }),
          { rounds, seen: () => cut, fewest: 3 },
        );
      });
    }
  });
}
