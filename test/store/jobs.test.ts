/**
 * The ledger where it matters most: what an event said counts for its run and no other, an outcome is told the same
 * way each time, and nothing that somebody waits for is forgotten.
 */
import assert from 'node:assert/strict';
import { type EndedJob, type FollowedJob, isEnded, type Store } from '../../src/store/index.ts';
import { Machine } from './support/machine.ts';
import { newRequest, Stores } from './support/stores.ts';

const { scope } = newRequest();
const succeeded = (at: number) => ({ result: 'succeeded', details: '{"ok":1}', at }) as const;

async function accept(
  store: Store,
  jobId: string,
  at: number,
  particulars: object = {},
): Promise<FollowedJob> {
  const id = await store.requests.begin(newRequest(particulars), at);
  return await store.requests.accepted(id, jobId, at);
}

/** The jobs that have not ended, without their age. */
async function followed(store: Store): Promise<readonly FollowedJob[]> {
  return (await store.jobs.unfinished(scope)).map(({ followedFor: _, ...job }) => job);
}

const announce = (store: Store, jobId: string, status: number, at: number, place = scope) =>
  store.events.add(
    {
      scope: place,
      nodeId: 'event-node',
      type: 'JobCompletedEvent',
      body: `{"JobId":${jobId},"StatusId":${status}}`,
      job: { jobId, status },
    },
    at,
  );

const announcedOf = (job: FollowedJob | EndedJob | undefined) => job && !isEnded(job) && job.announced;

describe('store: jobs', () => {
  const stores = new Stores();
  after(() => stores.clear());

  it('an event that came before the answer to the import was read counts for its job', async () => {
    const store = stores.open();
    await announce(store, '7', 2, 10);
    await announce(store, '7', 3, 11, 'https://elsewhere.example/');
    const job = await accept(store, '7', 20);
    assert.deepEqual(job.announced, { status: 2, at: 10 });
    assert.deepEqual(await followed(store), [job]);
    assert.deepEqual((await accept(store, '8', 20)).announced, null);
  });

  for (const [what, shift] of [
    ['forward', 24 * 3_600_000],
    ['back', -24 * 3_600_000],
  ] as const) {
    it(`a clock set ${what} between two processes makes a job no older than it is`, async () => {
      const file = stores.newFile();
      const clock = new Machine();
      const ages = async (store: Store) =>
        (await store.jobs.unfinished(scope)).map(({ jobId, followedFor }) => [
          jobId,
          Math.round(followedFor / 1000),
        ]);
      const first = stores.open(file, { clock });
      await accept(first, '7', clock.moment().wall);
      clock.pass(30_000);
      await first.jobs.follow(scope, '8', clock.moment().wall);
      clock.pass(10_000);
      await first.jobs.restarted(scope, '6', '9', clock.moment().wall);
      await first.close();
      clock.set(shift);
      const second = stores.open(file, { clock });
      const isForward = shift > 0;
      assert.deepEqual(await ages(second), [
        ['7', isForward ? 40 : 0],
        ['8', isForward ? 10 : 0],
        ['9', 0],
      ]);
    });
  }

  it('a machine that was started anew knows a job by the clock on the wall', async () => {
    const file = stores.newFile();
    const clock = new Machine();
    const first = stores.open(file, { clock });
    await accept(first, '7', clock.moment().wall);
    await first.close();
    clock.reboot();
    clock.pass(30_000);
    assert.equal((await stores.open(file, { clock }).jobs.unfinished(scope))[0]?.followedFor, 30_000);
  });

  it('an event of the first run says nothing of the second, at whatever time it came', async () => {
    const store = stores.open();
    await accept(store, '7', 20);
    await announce(store, '7', 3, 30);
    await store.jobs.end(scope, '7', 1, { result: 'failed', details: '{}', at: 31 });
    // Late, and by a clock that was set back after the run had ended.
    await announce(store, '7', 3, 500);
    const second = await store.jobs.restarted(scope, '7', '7', 40);
    assert.equal(second.run, 2);
    assert.equal(second.announced, null);
    await announce(store, '7', 2, 41);
    assert.deepEqual(announcedOf(await store.jobs.find(scope, '7')), { status: 2, at: 41 });
  });

  it('a restart under a new id may have been announced before, one under the same id may not', async () => {
    const store = stores.open();
    await store.jobs.follow(scope, '7', 20);
    await announce(store, '9', 2, 30);
    const renamed = await store.jobs.restarted(scope, '7', '9', 40);
    assert.deepEqual([renamed.run, renamed.restartOf, renamed.announced], [1, '7', { status: 2, at: 30 }]);
    await announce(store, '5', 3, 30);
    const unknownBefore = await store.jobs.restarted(scope, '5', '5', 40);
    assert.deepEqual([unknownBefore.restartOf, unknownBefore.announced], ['5', null]);
    const stopped = await store.jobs.restarted(scope, '5', '5', 50, '2026-01-01T00:00:00.1');
    assert.equal(stopped.formerStop, '2026-01-01T00:00:00.1');
    assert.equal((await store.jobs.restarted(scope, '5', '6', 60, '2026-01-01T00:00:01.2')).formerStop, null);
  });

  it('an outcome is the same however often it is told, after a restart too', async () => {
    const file = stores.newFile();
    const store = stores.open(file);
    await accept(store, '7', 20);
    const first = await store.jobs.end(scope, '7', 1, succeeded(30));
    assert.match(first?.outcomeId ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(await store.jobs.end(scope, '7', 1, { result: 'failed', details: '{}', at: 40 }), first);
    await store.close();
    const later = stores.open(file);
    assert.deepEqual(await later.jobs.find(scope, '7'), first);
    assert.deepEqual(await later.jobs.follow(scope, '7', 50), first);
    assert.equal(await later.jobs.end(scope, '7', 2, succeeded(60)), undefined);
  });

  it('keys stay until the last run of their request has ended', async () => {
    const store = stores.open();
    const job = await accept(store, '7', 20);
    await store.jobs.restarted(scope, '7', '8', 30);
    await store.jobs.end(scope, '7', 1, succeeded(40));
    assert.deepEqual(await store.jobs.keys(job.requestId ?? 0), newRequest().keys);
    await store.jobs.end(scope, '8', 1, succeeded(50));
    assert.equal(await store.jobs.keys(job.requestId ?? 0), undefined);
  });

  it('a run that another takes the id of ends as unknown, and whoever waits for it is told', async () => {
    const store = stores.open();
    await accept(store, '7', 20);
    const wait = await store.waits.add({ scope, jobId: '7', nodeId: 'n', message: '{}', limitAt: null }, 21);
    // The id comes again, as after a copy of the customer's database was brought back.
    const second = await accept(store, '7', 30);
    assert.equal(second.run, 2);
    const [due] = await store.waits.due('n', 31);
    assert.deepEqual([due?.id, due?.job?.run, due?.job?.result], [wait.id, 1, 'unknown']);
    assert.deepEqual(await followed(store), [second]);
  });

  it('newer: the order in which Connect took them decides, whatever the clock said', async () => {
    const store = stores.open();
    const early = await store.requests.begin(newRequest({ supplierId: 1 }), 10);
    await accept(store, 'B', 500, { supplierId: 1 });
    await store.requests.accepted(early, 'A', 90);
    await accept(store, 'other supplier', 600, { supplierId: 2 });
    await accept(store, 'no supplier', 600);
    await accept(store, 'other import', 600, { supplierId: 1, import: 'import-products' });
    await accept(store, 'other scope', 600, { supplierId: 1, scope: 'https://elsewhere.example/' });
    assert.deepEqual(await store.jobs.newer(scope, 'B'), { jobId: 'A', acceptedAt: 90 });
    assert.equal(await store.jobs.newer(scope, 'A'), undefined);
    assert.equal(await store.jobs.newer(scope, 'no supplier'), undefined);
    await store.jobs.end(scope, 'B', 1, succeeded(700));
    await store.jobs.restarted(scope, 'B', 'B2', 800);
    assert.deepEqual(await store.jobs.newer(scope, 'B2'), { jobId: 'A', acceptedAt: 90 });
  });

  it('forgetting leaves what somebody waits for, and all runs of a job that is still followed', async () => {
    const store = stores.open();
    for (const id of ['old', 'waited', 'restarted', 'young']) await accept(store, id, 10);
    await store.waits.add({ scope, jobId: 'waited', nodeId: 'n', message: '{}', limitAt: null }, 11);
    for (const id of ['old', 'waited', 'restarted']) await store.jobs.end(scope, id, 1, succeeded(20));
    await store.jobs.end(scope, 'young', 1, succeeded(90));
    await store.jobs.restarted(scope, 'restarted', 'restarted', 30);
    await store.jobs.prune(50);
    const found = await Promise.all(
      ['old', 'waited', 'restarted', 'young'].map((id) => store.jobs.find(scope, id)),
    );
    assert.deepEqual(
      found.map((job) => job?.run),
      [undefined, 1, 2, 1],
    );
    const [due] = await store.waits.due('n', 60);
    assert.equal(due?.job?.jobId, 'waited');
    await store.waits.finish(due?.id ?? 0);
    await store.jobs.prune(50);
    assert.equal(await store.jobs.find(scope, 'waited'), undefined);
  });

  it('forgets more than fits into one transaction', async () => {
    const store = stores.open();
    const ids = Array.from({ length: 2_500 }, (_, index) => `${index}`);
    await Promise.all(ids.map((id) => accept(store, id, 10)));
    await Promise.all(ids.map((id) => store.jobs.end(scope, id, 1, succeeded(20))));
    await store.jobs.prune(50);
    const found = await Promise.all(ids.map((id) => store.jobs.find(scope, id)));
    assert.ok(found.every((job) => job === undefined));
  });

  it('a claim is repeated only after the process that made one has ended, and stays so', async () => {
    const file = stores.newFile();
    const first = stores.open(file);
    const event = await announce(first, '7', 2, 10);
    assert.deepEqual(await first.events.claim(event.id), { isRepeated: false });
    assert.deepEqual(await first.events.claim(event.id), { isRepeated: false });
    await first.close();
    const second = stores.open(file);
    assert.deepEqual(await second.events.claim(event.id), { isRepeated: true });
    assert.deepEqual(await second.events.claim(event.id), { isRepeated: true });
    await second.events.finish(event.id, 20);
    assert.equal(await second.events.claim(event.id), undefined);
    assert.deepEqual(await second.events.pending('event-node'), []);
  });

  it('that an event came before is remembered for a day', async () => {
    const store = stores.open();
    const day = 24 * 60 * 60 * 1_000;
    const first = await announce(store, '7', 2, 10);
    await store.events.finish(first.id, 11);
    assert.equal(first.isSeenBefore, false);
    assert.equal((await announce(store, '7', 3, 12)).isSeenBefore, false);
    assert.equal((await announce(store, '7', 2, 10 + day)).isSeenBefore, true);
    assert.equal((await announce(store, '7', 3, 13 + day)).isSeenBefore, false);
  });
});
