/**
 * Who may take a batch: one, once, and only whom it is for.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ConnectError } from '../../src/errors.ts';
import { stockItem } from '../jobs/support/stage.ts';
import { BatchStage, until } from './batch-stage.ts';

const one = [{ items: [stockItem(1)] }];

describe('batches: taking', function () {
  this.timeout(60_000);
  let floor: BatchStage;

  beforeEach(async () => {
    floor = await BatchStage.start();
    floor.simulator.catalogue.addSku('P1');
  });
  afterEach(() => floor.end());

  const stateOf = async (id: string) => (await floor.store.batches.find(id))?.state;

  it('of two who take it at once one gets it, and it is sent once', async () => {
    const id = await floor.seal(one);
    const results = await Promise.allSettled([floor.take(id), floor.take(id), floor.take(id)]);
    const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'taken'));
    assert.deepEqual(codes.sort(), ['BATCH_TAKEN', 'BATCH_TAKEN', 'taken']);
    await until('its end', async () => (await stateOf(id)) === 'ended');
    assert.equal(floor.posts, 1);
  });

  it('a copy that comes while it is sent, and one that comes later', async () => {
    floor.simulator.outcomes.addJob({ neverEnds: true });
    const told = await floor.send(one);
    await until('its acceptance', () => told.accepted.length === 1);
    await assert.rejects(floor.take(told.id), { code: 'BATCH_TAKEN' });
    floor.simulator.endJob(floor.simulator.jobs[0]?.id as number, 2);
    await told.ended;
    await assert.rejects(floor.take(told.id), { code: 'BATCH_DONE' });
    assert.equal(floor.posts, 1);
  });

  it('one that nobody knows, or that is still being sealed', async () => {
    await assert.rejects(floor.take(randomUUID()), { code: 'BATCH_UNKNOWN' });
    const { batches, collections } = floor.store;
    const { scope } = floor.stage.connection;
    const { id: collection } = await collections.open({ scope, import: 'import-onhands', name: 'c' }, '{}');
    const most = { items: 10, bytes: 1000 };
    await collections.append(collection, { items: 1, bytes: 2, lines: 'k\t{}', supplierId: null }, most, 1);
    const id = randomUUID();
    await batches.begin(collection, { id, settings: '{}' }, 1);
    await assert.rejects(floor.take(id), { code: 'BATCH_UNKNOWN' });
    assert.equal(await stateOf(id), 'sealing');
  });

  it('another import or another Connect leaves it untouched', async () => {
    const id = await floor.seal(one);
    await assert.rejects(floor.take(id, { import: 'import-prices' }), { code: 'BATCH_OTHER_IMPORT' });
    await assert.rejects(floor.take(id, { scope: 'https://elsewhere.example' }), {
      code: 'BATCH_OTHER_CONNECTION',
    });
    assert.equal(await stateOf(id), 'sealed');
    assert.equal((await (await floor.take(id)).ended).result, 'released');
  });

  it('a store that took it and failed before it said so: the next who takes it gets it', async () => {
    const id = await floor.seal(one);
    const { batches } = floor.store;
    const take = batches.take.bind(batches);
    batches.take = async (...given) => {
      await take(...given);
      batches.take = take;
      throw new ConnectError('STORE_FAILED', 'disk I/O error');
    };
    await assert.rejects(floor.take(id), { code: 'STORE_FAILED' });
    assert.equal(floor.sender.sendingOf(id), undefined);
    const told = await floor.take(id);
    await assert.rejects(floor.take(id), { code: 'BATCH_TAKEN' });
    assert.equal((await told.ended).result, 'released');
    assert.equal(floor.posts, 1);
  });

  it('tells those who listen until they no longer do', async () => {
    const seen: unknown[] = [];
    const id = await floor.seal(one);
    const stop = floor.sender.listen(() => seen.push(floor.sender.sendingOf(id)?.requests));
    await (await floor.take(id)).ended;
    await until('it is gone', () => floor.sender.sendingOf(id) === undefined);
    assert.deepEqual(seen.at(-1), undefined);
    assert.ok(seen.some((requests) => JSON.stringify(requests) === JSON.stringify({ ended: 1, all: 1 })));
    stop();
    const count = seen.length;
    await (await floor.send(one)).ended;
    assert.equal(seen.length, count);
  });
});
