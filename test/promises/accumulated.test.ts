/**
 * Promise 5: what waits in collections, merged into batches, leaves the shop as the messages would, each sent alone,
 * after the job of the former.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Merger } from '../../src/accumulator/sealing/merger.ts';
import { seal } from '../../src/accumulator/sealing/seal.ts';
import { type ImportName, importNames } from '../../src/contract/index.ts';
import {
  type CollectedItem,
  checkItems,
  isDivisible,
  type ListedValues,
  type PrepareOptions,
  preparation,
  prepare,
} from '../../src/prepare/index.ts';
import { type Readings, Simulator, type SimulatorOptions } from '../../src/simulator/index.ts';
import type { Batch, Collection, Store } from '../../src/store/index.ts';
import {
  assertLawful,
  assertTrue,
  blockOf,
  failedOf,
  readRequests,
  type SentRequest,
} from '../accumulator/sealing/support.ts';
import { optionsOf, supplierId } from '../prepare/prepared.ts';
import { Stores } from '../store/support/stores.ts';
import { fill, type Plain, Random, type Shape, subjects } from './shapes.ts';
import { Shopkeeper } from './shopkeeper.ts';

const rounds = 2;
const keysPerImport = 5;
const messagesPerBatch = 5;
const batches = 2;
const timeScale = 5000;
const limit = { maximumItems: 3, maximumBytes: 20_000 };

/** Without these nothing new is created, so that an item can be cut only where all records carry them or none. */
const neededForInsert: ReadonlySet<string> = new Set(['Status', 'Type', 'Skus']);

/** Changes of one record, of which later ones often give a value that an earlier one gave. */
class Changes {
  readonly #name: ImportName;
  readonly #key: string;
  readonly #random: Random;
  /** What most changes carry below the item, else few could be joined. */
  readonly #below = new Map<string, boolean>();
  readonly #isUniform: boolean;
  #former: Plain = {};

  constructor(name: ImportName, key: string, random: Random) {
    this.#name = name;
    this.#key = key;
    this.#random = random;
    this.#isUniform = random.chance(0.7);
  }

  next(): Plain {
    const random = this.#random;
    const { shape, keys } = subjects[this.#name];
    const own = new Map<string, boolean>();
    const carries = (of: Shape, field: string): boolean => {
      if (!this.#isUniform && of !== shape && !neededForInsert.has(field)) return random.chance(0.5);
      const known = of === shape ? own : this.#below;
      const place = `${of.list} ${field}`;
      if (!known.has(place)) known.set(place, random.chance(0.5));
      return known.get(place) as boolean;
    };
    const item = fill(shape, keys(this.#key), { random, carries, hasElement: () => random.chance(0.6) });
    for (const field of Object.keys(item)) {
      if (field in this.#former && random.chance(0.4)) item[field] = this.#former[field];
    }
    this.#former = { ...this.#former, ...item };
    return item;
  }
}

/** Items of several records in one message; a record may come more than once. */
function messagesOf(changes: readonly Changes[], random: Random): Plain[][] {
  return Array.from({ length: messagesPerBatch }, () =>
    Array.from({ length: 1 + random.whole(4) }, () =>
      (changes[random.whole(changes.length - 1)] as Changes).next(),
    ),
  );
}

/** Options of an import, now and then with a switch that changes how lists are merged. */
function optionsFor(name: ImportName, preserves: boolean): PrepareOptions {
  const lists: Partial<Record<ImportName, ListedValues>> = {
    'import-customers': { CustomerFieldsThatAreSet: ['PreserveFlags'] },
    'import-companies': { CompanyFieldsThatAreSet: ['PreserveFlags'] },
  };
  return optionsOf(name, { ...limit, switches: (preserves && lists[name]) || {} });
}

/** What a shop holds, whatever the order in which it came, by which it numbers its records. */
function withoutOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const texts = value.map((element) => JSON.stringify(withoutOrder(element)));
    return texts.sort().map((text) => JSON.parse(text));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'Id');
  return Object.fromEntries(entries.map(([name, each]) => [name, withoutOrder(each)]));
}

function assertAlike(together: Simulator, apart: Simulator, name?: string): void {
  assert.deepEqual(
    withoutOrder(together.catalogue.snapshot()),
    withoutOrder(apart.catalogue.snapshot()),
    name,
  );
}

const readings: readonly Partial<Readings>[] = [
  {},
  { unstatedReplaceLists: 'keep', unstatedUpsertLists: 'replace' },
];

for (const reading of readings) {
  describe(`promise: batches leave what single messages would (${JSON.stringify(reading)})`, function () {
    this.timeout(120_000);
    const stores = new Stores();
    const merger = new Merger();
    const options: SimulatorOptions = {
      timeScale,
      tokenLifetime: 3600 * timeScale,
      requestLimit: Number.POSITIVE_INFINITY,
      readings: reading,
    };
    let collections = 0;
    let store: Store;
    let together: Simulator;
    let apart: Simulator;

    before(async () => {
      store = stores.open();
      // The jobs of a stage end in any order.
      together = await Simulator.start({ ...options, mood: 'hostile' });
      apart = await Simulator.start({ ...options, mood: 'kind' });
    });

    after(async () => {
      await together.close();
      await apart.close();
      await stores.clear();
    });

    /** Appends a message as an accumulator does, and sends what is right of it alone. */
    async function take(
      collection: Collection,
      message: readonly Plain[],
      of: PrepareOptions,
    ): Promise<void> {
      const prepared = preparation(of);
      const items: CollectedItem[] = [];
      await checkItems(message, prepared, { add: (item) => items.push(item) });
      if (items.length === 0) return;
      const lines = items.map(({ key, text }) => `${key}\t${text}`);
      const most = { items: 1e6, bytes: 1e9 };
      await store.collections.append(collection.id, blockOf(lines, of.supplierId ?? null), most, 1);
      const alone = await prepare(
        items.map(({ text }) => JSON.parse(text)),
        prepared,
      );
      assert.deepEqual(alone.rejected, []);
      await new Shopkeeper(apart).send(collection.import as ImportName, alone);
    }

    /** Sends the requests of a batch stage by stage, and ends it. */
    async function send(name: ImportName, batch: Batch, requests: readonly SentRequest[]): Promise<void> {
      const shopkeeper = new Shopkeeper(together);
      await store.batches.take(batch.id, 'node');
      const stages = new Map<number, SentRequest[]>();
      for (const request of requests) {
        stages.set(request.stage, [...(stages.get(request.stage) ?? []), request]);
      }
      for (const [, stage] of [...stages].sort(([one], [other]) => one - other)) {
        for (const { header, body } of stage) await shopkeeper.post(name, JSON.parse(header), body);
        await shopkeeper.settled();
        for (const { number } of stage) await store.batches.endRequest(batch.id, number, undefined, '{}', 1);
      }
      await store.batches.end(batch.id, '{}', 1);
    }

    it(`holds for ${rounds} rounds of random messages of each import`, async () => {
      const counts = { collected: 0, sent: 0, partitions: 0, requests: 0, later: 0 };
      const property = fc.asyncProperty(fc.integer(), fc.boolean(), async (seed, preserves) => {
        const random = new Random(seed);
        const numbers = Array.from({ length: keysPerImport }, (_, number) => number);
        const names = Object.fromEntries(
          importNames.map((name) => [name, numbers.map((number) => `${name}-${number}`)]),
        ) as Record<ImportName, string[]>;
        for (const simulator of [together, apart]) {
          await simulator.reset();
          await new Shopkeeper(simulator).stock(names, new Random(seed));
        }
        assertAlike(together, apart);
        for (const name of importNames) {
          const of = optionsFor(name, preserves);
          const settings = JSON.stringify(of);
          collections += 1;
          const known = { scope: together.connectUrl, import: name, name: `${collections}` };
          const collection = await store.collections.open(known, settings);
          const changes = names[name].map((key) => new Changes(name, key, random));
          const bounds = isDivisible(preparation(of)) ? { partitionBytes: 300 } : {};
          for (let round = 0; round < batches; round++) {
            for (const message of messagesOf(changes, random)) await take(collection, message, of);
            const id = `${collections} ${round}`;
            const begun = await store.batches.begin(collection.id, { id, settings, ...bounds }, 1);
            if (begun === 'nothing waits') continue;
            assert.ok(typeof begun === 'object', String(begun));
            assert.equal(begun.supplierId, name === 'import-supplier-products' ? supplierId : null);
            const { batch, rejected } = await seal(begun, { batches: store.batches, merger, now: () => 1 });
            assert.equal(rejected, 0, JSON.stringify(await failedOf(store, collection.id)));
            const requests = await readRequests(store.batches, id);
            assertLawful(requests, limit);
            assertTrue(name, requests);
            await send(name, batch, requests);
            counts.collected += batch.collected.items;
            counts.sent += batch.merged.items;
            counts.partitions = Math.max(counts.partitions, batch.partitions);
            counts.requests += requests.length;
            counts.later += requests.filter(({ stage }) => stage > 0).length;
          }
          assertAlike(together, apart, name);
        }
      });
      await fc.assert(property, { numRuns: rounds, endOnFailure: true });
      const { collected, sent, partitions, requests, later } = counts;
      const said = JSON.stringify(counts);
      assert.ok(sent < collected && partitions > 2 && requests > rounds * 9 && later > rounds, said);
    });
  });
}
