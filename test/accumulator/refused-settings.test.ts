/**
 * Settings in the store that this version of the package does not take: what was begun under them is not stuck unseen,
 * and nothing of it is lost.
 */
import assert from 'node:assert/strict';
import { distributedBytes, partitionBytes } from '../../src/accumulator/sealing/bounds.ts';
import { merge } from '../../src/accumulator/sealing/merge.ts';
import { withValidSettings } from '../../src/accumulator/sealing/settings.ts';
import type { ImportName } from '../../src/contract/index.ts';
import type { ConnectError } from '../../src/errors.ts';
import type { PrepareOptions } from '../../src/prepare/index.ts';
import type { Batch } from '../../src/store/index.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { optionsOf } from '../prepare/prepared.ts';
import { AccumulatorStage, until, type Wishes } from './support/accumulator-stage.ts';

/** Options of a version that knew a list of fields which is gone. */
const refused = (name: ImportName, more: Partial<PrepareOptions> = {}) =>
  JSON.stringify(optionsOf(name, { accountId: 10_000, fields: { GoneFieldsThatAreSet: ['Gone'] }, ...more }));

describe('accumulator: stored settings that are not valid any more', function () {
  this.timeout(60_000);
  let floor: AccumulatorStage;

  beforeEach(async () => {
    floor = await AccumulatorStage.start({ minute: 300 });
    for (let number = 0; number < 40; number++) floor.stage.simulator.catalogue.addSku(`P${number}`);
  });

  afterEach(() => floor.end());

  const stock = () =>
    floor.stage.simulator.catalogue
      .snapshot()
      .onhands.map(({ PartNo, OnhandValue }) => `${PartNo}=${OnhandValue}`)
      .sort();

  const expected = (last: (number: number) => number) =>
    Array.from({ length: 40 }, (_, number) => `P${number}=${last(number)}`).sort();

  /** A batch that an accumulator which has gone since has left being sealed. */
  async function begun(wishes: Wishes, items: readonly object[], bounds: { partitionBytes?: number } = {}) {
    const { store } = floor.stage;
    const { accumulator } = floor.attach(wishes);
    await accumulator.add(items);
    accumulator.detach();
    const [collection] = await store.collections.list();
    const name = collection?.import as ImportName;
    const settings = JSON.stringify(optionsOf(name, { accountId: 10_000 }));
    const batch = await store.batches.begin(collection?.id as number, { id: 'old', settings, ...bounds }, 1);
    assert.ok(typeof batch !== 'string');
    return batch;
  }

  /** Merges the first partition, as it was done while the settings were valid. */
  async function fillFirst({ id, settings }: Batch): Promise<void> {
    const { batches } = floor.stage.store;
    while (await batches.distribute(id, distributedBytes));
    const partition = await batches.partition(id, 0);
    assert.ok(partition !== undefined && partition.lines.length > 0);
    const open = { requests: [], next: 0 };
    const { pieces } = await merge({ options: JSON.parse(settings) as PrepareOptions, ...partition, open });
    await batches.fill(id, 0, pieces, [], [], 2);
  }

  for (const isHalfDone of [false, true]) {
    it(`a batch ${isHalfDone ? 'half of which is sealed' : 'of which nothing is sealed'} goes under the settings of now`, async () => {
      const items = [0, 100].flatMap((more) =>
        Array.from({ length: 40 }, (_, number) => stockItem(number, { OnhandValue: number + more })),
      );
      const batch = await begun({}, items, { partitionBytes: 1000 });
      assert.ok(batch.partitions > 1);
      if (isHalfDone) await fillFirst(batch);
      await floor.stage.store.batches.changeSettings('old', refused('import-onhands'));
      const { accumulator, told } = floor.attach();
      await until('an outcome', () => told.outcomes.length === 1);
      const { outcome } = told.outcomes[0] ?? {};
      assert.deepEqual([outcome?.batch.id, outcome?.result, outcome?.items], ['old', 'released', 40]);
      assert.deepEqual(
        stock(),
        expected((number) => number + 100),
      );
      assert.equal(told.warnings.length, 1, told.warnings.join('\n'));
      assert.match(
        String(told.warnings[0]),
        /^FIELD_UNKNOWN .*sealed under those of now.*GoneFieldsThatAreSet/,
      );
      const { batch: left, blocked, waiting, failed } = accumulator.state();
      assert.deepEqual([left, blocked, waiting.items, failed.items], [undefined, undefined, 0, 0]);
    });
  }

  it('a batch that has been sealed goes as it was sealed', async () => {
    const { accumulator, told } = floor.attach({ isTaken: false });
    await accumulator.add([stockItem(1)]);
    await accumulator.flush();
    await until('an offer', () => told.offers.length === 1);
    const { id } = told.offers[0] ?? { id: '' };
    const { settings } = (await floor.stage.store.batches.find(id)) ?? {};
    const { settings: after } = await floor.stage.store.batches.changeSettings(id, '{}');
    assert.equal(after, settings);
  });

  it('only the switches that clear first have to be the same', async () => {
    const list = 'PriceListFieldsThatAreSet';
    const cleared = { [list]: ['PriceRulesCleanup'] };
    const both = { [list]: ['PriceRulesCleanup', 'GoneSwitch'] };
    const answer = async (former: PrepareOptions['switches'], present: PrepareOptions['switches']) => {
      const settings = refused('import-price-lists', { switches: former });
      const batch = { id: 'old', settings, supplierId: null, partitions: 1 } as Batch;
      const changeSettings = async (_id: string, changed: string) => ({ ...batch, settings: changed });
      const other = optionsOf('import-price-lists', { accountId: 10_000, switches: present });
      return withValidSettings(batch, other, { changeSettings }).then(
        () => 'goes',
        ({ message }: ConnectError) => /lost: (.*?) until/.exec(message)?.[1],
      );
    };
    assert.equal(await answer(both, cleared), 'goes');
    assert.equal(
      await answer(cleared, {}),
      'of the switches that clear first turn on PriceRulesCleanup, and no other,',
    );
    assert.equal(await answer({}, cleared), 'turn off the switches that clear first');
  });

  it('a batch that the settings of now do not fit is blocked, says why, and goes when they do', async () => {
    const name = 'import-price-lists';
    await begun({ import: name }, [{ Code: 'SEK', Name: 'Kronor' }], { partitionBytes });
    await floor.stage.store.batches.changeSettings('old', refused(name));
    const switches = { PriceListFieldsThatAreSet: ['PriceRulesCleanup'] };
    const first = floor.attach({ import: name, options: { switches } });
    await until('it is blocked', () => first.accumulator.state().blocked !== undefined);
    const { batch, blocked } = first.accumulator.state();
    assert.deepEqual([batch?.state, blocked?.code], ['sealing', 'FIELD_UNKNOWN']);
    assert.match(String(blocked?.message), /Nothing of it is lost.*GoneFieldsThatAreSet/);
    await until('it has been tried again', () => first.told.warnings.length > 1);
    assert.deepEqual([...new Set(first.told.warnings)].length, 1, 'each time in the same words');
    first.accumulator.detach();
    const { told } = floor.attach({ import: name });
    await until('an outcome', () => told.outcomes.length === 1);
    assert.deepEqual([told.outcomes[0]?.outcome.batch.id, told.outcomes[0]?.outcome.items], ['old', 1]);
  });

  it('a batch under the same switch that clears first goes', async () => {
    const name = 'import-price-lists';
    const switches = { PriceListFieldsThatAreSet: ['PriceRulesCleanup'] };
    await begun({ import: name, options: { switches } }, [{ Code: 'SEK', PriceRules: [] }]);
    await floor.stage.store.batches.changeSettings('old', refused(name, { switches }));
    const { accumulator, told } = floor.attach({ import: name, options: { switches } });
    await until('the batch has been sealed', async () => {
      assert.equal(accumulator.state().blocked, undefined);
      return (await floor.stage.store.batches.find('old'))?.state !== 'sealing';
    });
    assert.match(String(told.warnings[0]), /^FIELD_UNKNOWN .*sealed under those of now/);
  });

  it('a batch in several partitions goes only where each can be sealed by itself', async () => {
    const takes = async (name: ImportName, partitions: number) => {
      const batch = { id: 'old', settings: refused(name), supplierId: null, partitions } as Batch;
      const changeSettings = async (_id: string, settings: string) => ({ ...batch, settings });
      const given = withValidSettings(batch, optionsOf(name), { changeSettings });
      return given.then(
        ({ refusal }) => [refusal?.code, true],
        (thrown: ConnectError) => [thrown.code, false],
      );
    };
    assert.deepEqual(await takes('import-onhands', 2), ['FIELD_UNKNOWN', true]);
    assert.deepEqual(await takes('import-products', 2), ['FIELD_UNKNOWN', false]);
    assert.deepEqual(await takes('import-products', 1), ['FIELD_UNKNOWN', true]);
  });

  describe('full feeds', () => {
    async function feed(settings: string, count: number) {
      const { store, connection } = floor.stage;
      const { scope } = connection;
      const collection = { scope, import: 'import-onhands', name: 'changes' } as const;
      const { id } = await store.collections.open(collection, '{}');
      const items = Array.from({ length: count }, (_, number) => stockItem(number));
      const lines = items.map((item, number) => `P${number}\t${JSON.stringify(item)}`).join('\n');
      const portion = {
        ...{ sequence: '', supplierId: null, begins: true, completes: true, rejected: 0, settings },
        blocks: [{ lines, items: count, bytes: lines.length }],
      };
      const most = { items: 1000, bytes: 1_000_000 };
      return (await store.feeds.append(id, portion, most, Date.now())).feed;
    }

    it('one that has not been checked is held, and those behind it are checked', async () => {
      await feed(refused('import-onhands'), 2);
      await feed(JSON.stringify(optionsOf('import-onhands', { fullFile: true })), 3);
      const { accumulator, told } = floor.attach();
      await until('both are held', () =>
        ['held', 'held'].every((state, index) => accumulator.state().feeds[index]?.state === state),
      );
      assert.deepEqual(
        accumulator
          .state()
          .feeds.map(({ hold, items, collected }) => [
            ...[hold?.code, hold?.isConfirmable, items, collected.items],
          ]),
        [
          ['FIELD_UNKNOWN', false, null, 2],
          ['FULL_FEED_FIRST', true, 3, 3],
        ],
      );
      assert.match(String(told.warnings[0]), /^FIELD_UNKNOWN .*throw it away/);
      assert.equal(await accumulator.reset('feeds'), 2);
    });

    it('one that could be sent is held, and holds nothing up', async () => {
      const { store } = floor.stage;
      const { id } = await feed(refused('import-onhands'), 2);
      while (await store.feeds.divide(id, partitionBytes, distributedBytes));
      await store.feeds.decide(id, { counts: new Map([['x', 2]]), hold: undefined });
      const { accumulator, told } = floor.attach();
      await until('it is held', () => accumulator.state().feeds[0]?.state === 'held');
      assert.match(String(told.warnings[0]), /^FIELD_UNKNOWN .*throw it away/);
      await accumulator.add([stockItem(7)]);
      await accumulator.flush();
      await until('an outcome', () => told.outcomes.length === 1);
      assert.deepEqual(stock(), ['P7=7']);
      assert.equal(accumulator.state().feeds[0]?.hold?.code, 'FIELD_UNKNOWN');
    });
  });
});
