/**
 * A batch on its way where nothing goes wrong on the way: what is sent, when, and what becomes of it by its jobs.
 */
import assert from 'node:assert/strict';
import { stockItem } from '../jobs/support/stage.ts';
import { BatchStage, until, type Wish } from './batch-stage.ts';

describe('batches: stages, jobs and items', function () {
  this.timeout(60_000);
  let floor: BatchStage;

  async function start(options: Parameters<typeof BatchStage.start>[0] = {}): Promise<void> {
    floor = await BatchStage.start(options);
    for (let number = 0; number < 40; number++) floor.simulator.catalogue.addSku(`P${number}`);
  }

  afterEach(() => floor.end());

  const items = (from: number, to: number, more: object = {}) =>
    Array.from({ length: to - from }, (_, index) => stockItem(from + index, more));
  const resultsOf = ({ requests }: { readonly requests: readonly { readonly result: string }[] }) =>
    requests.map(({ result }) => result);

  it('streams each request in many pages, tells of each, and ends when all jobs have', async () => {
    await start();
    const long = 'ö'.repeat(20_000);
    const wishes: Wish[] = [
      { items: items(0, 20, { Infos: [{ Code: 'a', Value: long }] }), pieceItems: 3 },
      { items: items(20, 21) },
      ...Array.from({ length: 8 }, (_, index) => ({ items: items(21 + index, 22 + index) })),
    ];
    const id = await floor.seal(wishes);
    const lengths = (await floor.store.batches.requests(id)).map(({ length }) => length);
    const told = await floor.take(id);
    const summary = await told.ended;
    assert.deepEqual(resultsOf(summary), Array(10).fill('succeeded'));
    assert.deepEqual([summary.result, summary.items, summary.failed], ['released', 29, 0]);
    const posts = floor.simulator.requests.filter(({ path }) => path.includes('/Import'));
    assert.deepEqual(
      posts.map(({ bytes }) => bytes).sort((one, other) => one - other),
      [...lengths].sort((one, other) => one - other),
    );
    assert.ok(
      lengths.some((length) => length > 3 * 256 * 1024),
      'one page held all of it',
    );
    assert.deepEqual([floor.onhand('P0'), floor.onhand('P19'), floor.onhand('P28')], [0, 19, 28]);
    assert.deepEqual(
      told.accepted.map(({ jobId }) => jobId).sort(),
      summary.requests.map(({ jobId }) => jobId).sort(),
    );
    assert.deepEqual(
      told.accepted.map(({ request, attempts, perhapsReceivedBefore }) => [
        request.items > 0,
        attempts,
        perhapsReceivedBefore,
      ]),
      Array(10).fill([true, 1, false]),
    );
    assert.equal((await floor.store.batches.find(id))?.state, 'ended');
    const [outcome] = await floor.store.batches.outcomes(
      (await floor.store.collections.list())[0]?.id as number,
    );
    assert.deepEqual(JSON.parse(outcome?.outcome ?? ''), summary);
    assert.equal(floor.sender.sendingOf(id), undefined);
  });

  it('ends at once where nothing is to be sent', async () => {
    await start();
    const summary = await (await floor.send([])).ended;
    assert.deepEqual([summary.result, summary.items, summary.requests], ['released', 0, []]);
    assert.equal(floor.posts, 0);
  });

  it('has at most four requests under way', async () => {
    await start({ latency: { minimum: 30, maximum: 30 } });
    let most = 0;
    const told = await floor.send(
      Array.from({ length: 9 }, (_, index) => ({ items: items(index, index + 1) })),
    );
    await until('the end', () => {
      const open = floor.simulator.requests.filter(
        ({ path, status }) => path.includes('/Import') && status === null,
      );
      most = Math.max(most, open.length);
      return told.summary !== undefined;
    });
    assert.equal(most, 4);
  });

  it('begins a stage when every job of the one before has ended, and shows what it waits for', async () => {
    await start();
    floor.simulator.outcomes.addJob({ neverEnds: true, count: 2 });
    const told = await floor.send([
      { items: items(0, 2) },
      { items: items(2, 4) },
      { items: items(0, 1, { IncomingValue: 9 }), stage: 1, follows: true },
    ]);
    const running = () => floor.simulator.jobs.filter(({ isFinished }) => !isFinished);
    await until('both jobs', () => running().length === 2 && told.accepted.length === 2);
    await until('it waits', () => floor.sender.sendingOf(told.id)?.isInJob === true);
    floor.simulator.endJob(running()[0]?.id as number, 2);
    await until('one end', () => floor.sender.sendingOf(told.id)?.requests.ended === 1);
    assert.equal(floor.posts, 2, 'the second stage did not wait for all jobs');
    floor.simulator.endJob(running()[0]?.id as number, 2);
    assert.deepEqual(resultsOf(await told.ended), ['succeeded', 'succeeded', 'succeeded']);
    assert.equal(floor.posts, 3);
  });

  it('keeps back what follows a failed item, and sends the rest of the request', async () => {
    await start();
    floor.simulator.outcomes.addItem({
      match: { PartNo: 'P1' },
      severity: 'error',
      message: 'No.',
      count: 1,
    });
    const told = await floor.send([
      { items: items(0, 3) },
      { items: items(0, 3, { OnhandValue: 50 }), stage: 1, follows: true, pieceItems: 2 },
      { items: items(1, 2, { OnhandValue: 60 }), stage: 2, follows: true },
    ]);
    const summary = await told.ended;
    assert.deepEqual(resultsOf(summary), ['succeeded', 'succeeded', 'not sent']);
    assert.deepEqual(
      summary.requests.map(({ failed }) => failed),
      [1, 1, 1],
    );
    assert.deepEqual([floor.onhand('P0'), floor.onhand('P1'), floor.onhand('P2')], [50, undefined, 50]);
    const codes = (await floor.failed()).map(({ reason }) => JSON.parse(reason).code);
    assert.deepEqual(codes, ['ITEM_REFUSED', 'FORMER_CHANGE_FAILED', 'FORMER_CHANGE_FAILED']);
  });

  it('items that the log of a job names are kept with its words, the others are let go', async () => {
    await start();
    floor.simulator.outcomes.addItem({
      match: { PartNo: 'P1' },
      severity: 'error',
      message: 'No such thing.',
    });
    floor.simulator.outcomes.addItem({ match: { PartNo: 'P2' }, severity: 'warning', message: 'Well.' });
    const summary = await (await floor.send([{ items: items(0, 4) }])).ended;
    assert.deepEqual([summary.result, summary.items, summary.failed], ['failed', 4, 1]);
    const [kept, ...others] = await floor.failed();
    assert.deepEqual(others, []);
    assert.deepEqual(JSON.parse(kept?.text ?? ''), stockItem(1));
    assert.match(kept?.reason ?? '', /No such thing\./);
    assert.match(JSON.stringify(summary.failures), /No such thing\./);
  });

  it('keeps all where nobody can tell which items failed', async () => {
    await start({ logRows: 'null' });
    floor.simulator.outcomes.addItem({ match: { PartNo: 'P1' }, severity: 'error', message: 'No.' });
    const summary = await (await floor.send([{ items: items(0, 3) }])).ended;
    assert.deepEqual([resultsOf(summary), summary.failed], [['unknown'], 3]);
    assert.deepEqual(await floor.reasons(), {
      P0: 'FAILED_ITEMS_UNKNOWN',
      P1: 'FAILED_ITEMS_UNKNOWN',
      P2: 'FAILED_ITEMS_UNKNOWN',
    });
  });

  for (const named of [0, 1]) {
    it(`keeps all where Connect counts more failed items than the ${named} that its log names`, async () => {
      await start();
      floor.simulator.outcomes.addJob({ neverEnds: true });
      const told = await floor.send([{ items: items(0, 3) }]);
      await until('the job', () => floor.simulator.jobs.length === 1);
      const [job] = floor.simulator.jobs;
      if (job === undefined) throw new Error('no job');
      if (named > 0) job.fail('No.', stockItem(1));
      job.failures = named + 1;
      floor.simulator.endJob(job.id, 2);
      const summary = await told.ended;
      assert.deepEqual([resultsOf(summary), summary.failed], [['unknown'], 3]);
    });
  }

  it('keeps all where the log cannot be read', async () => {
    await start();
    floor.simulator.outcomes.addItem({ match: { PartNo: 'P1' }, severity: 'error', message: 'No.' });
    floor.simulator.faults.add({ kind: 'html', path: '/Job/GetLog', count: Number.POSITIVE_INFINITY });
    const summary = await (await floor.send([{ items: items(0, 3) }])).ended;
    assert.deepEqual([resultsOf(summary), summary.failed], [['unknown'], 3]);
  });

  for (const status of [3, 4] as const) {
    it(`keeps all with the words of the log when the job ends in ${status}; other requests go on`, async () => {
      await start();
      floor.simulator.outcomes.addJob({ status, message: 'Wrong file.', count: 1 });
      const told = await floor.send([{ items: items(0, 2) }]);
      const summary = await told.ended;
      assert.deepEqual([resultsOf(summary), summary.failed], [['failed'], 2]);
      assert.deepEqual(await floor.reasons(), { P0: 'JOB_FAILED', P1: 'JOB_FAILED' });
      assert.match((await floor.failed())[0]?.reason ?? '', /Wrong file\./);
      assert.equal((await (await floor.send([{ items: items(0, 1) }])).ended).result, 'released');
    });
  }

  it('keeps all when nobody can tell how the job ended', async () => {
    await start();
    floor.simulator.outcomes.addJob({ neverEnds: true });
    const told = await floor.send([{ items: items(0, 2) }]);
    await until('the job', () => floor.simulator.jobs.length === 1);
    floor.simulator.forget(floor.simulator.jobs[0]?.id as number);
    const summary = await told.ended;
    assert.deepEqual([resultsOf(summary), summary.failed], [['unknown'], 2]);
    assert.deepEqual(await floor.reasons(), { P0: 'OUTCOME_UNKNOWN', P1: 'OUTCOME_UNKNOWN' });
  });

  it('names the first twenty failures', async () => {
    await start();
    floor.simulator.faults.add({ kind: 'failedJob' });
    const summary = await (await floor.send([{ items: items(0, 30) }])).ended;
    assert.deepEqual([summary.failed, summary.failures.length], [30, 20]);
  });

  it('goes on whatever its listener does', async () => {
    await start();
    const id = await floor.seal([{ items: items(0, 1) }, { items: items(1, 2), stage: 1 }]);
    const { scope } = floor.stage.connection;
    const fail = () => {
      throw new Error('The node has gone.');
    };
    const listener = { accepted: fail, progress: fail, warning: fail, ended: fail };
    const by = { scope, import: 'import-onhands', nodeId: 'node', connectionId: 'own' };
    await floor.sender.take(id, by, listener);
    await until('its end', async () => (await floor.store.batches.find(id))?.state === 'ended');
    assert.equal(floor.posts, 2);
    assert.equal(floor.onhand('P1'), 1);
  });
});
