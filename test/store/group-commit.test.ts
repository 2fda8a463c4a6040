/**
 * Calls that are made together are committed together, and none suffers from another.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { newRequest, Stores } from './support/stores.ts';

/**
 * Commits that a log holds: each ends with a frame that carries the size of the database (SQLite, "WAL File
 * Format").
 */
function commitsIn(log: Buffer): number {
  const pageSize = log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let commits = 0;
  for (let at = 32; at + 24 <= log.length; at += 24 + pageSize) {
    const isCurrent = log.subarray(at + 8, at + 16).equals(salt);
    if (isCurrent && log.readUInt32BE(at + 4) > 0) commits += 1;
  }
  return commits;
}

describe('store: group commit', () => {
  const stores = new Stores();
  after(() => stores.clear());

  /** Makes calls at once, and says how many commits that took. A log of less than 1,000 pages is not begun anew. */
  async function commitsOf(calls: number): Promise<number> {
    const file = stores.newFile();
    const store = stores.open(file);
    await store.slots.take('first');
    const before = commitsIn(readFileSync(`${file}-wal`));
    const ids = await Promise.all(Array.from({ length: calls }, () => store.slots.take('many')));
    assert.deepEqual(
      ids,
      ids.map((_, index) => index + 2),
    );
    return commitsIn(readFileSync(`${file}-wal`)) - before;
  }

  it('300 calls need a handful of commits', async () => {
    const commits = await commitsOf(300);
    assert.ok(commits >= 1 && commits <= 30, `${commits} commits`);
  });

  it('a group is bounded', async () => {
    assert.ok((await commitsOf(2_001)) >= 3);
  });

  it('a lone call is a commit of its own, and a read is none', async () => {
    const file = stores.newFile();
    const store = stores.open(file);
    await store.slots.take('first');
    const before = commitsIn(readFileSync(`${file}-wal`));
    for (let count = 0; count < 5; count += 1) await store.slots.take('x');
    for (let count = 0; count < 5; count += 1) await store.slots.load('x', 1_000);
    assert.equal(commitsIn(readFileSync(`${file}-wal`)) - before, 5);
  });

  it('one call that fails is undone alone', async () => {
    const store = stores.open();
    const request = newRequest();
    const impossible = { ...request, items: 0.5 };
    const outcomes = await Promise.allSettled([
      store.requests.begin(request, 1),
      store.requests.again(77, 1),
      store.requests.begin(impossible, 1),
      store.waits.add({ scope: 's', jobId: 'none', nodeId: 'n', message: '{}', limitAt: null }, 1),
      store.requests.begin(request, 1),
    ]);
    assert.deepEqual(
      outcomes.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.code)),
      [1, 'STORE_ENTRY_UNKNOWN', 'STORE_FAILED', 'STORE_ENTRY_UNKNOWN', 2],
    );
    // Fails half-way: the request is marked, then a run without a time is refused.
    const [half, begun] = await Promise.allSettled([
      store.requests.accepted(1, 'J', Number.NaN),
      store.requests.begin(request, 1),
    ]);
    assert.deepEqual([half.status, begun.status], ['rejected', 'fulfilled']);
    await store.requests.again(1, 2);
  });

  it('calls are carried out in the order in which they were made', async () => {
    const store = stores.open();
    const id = await store.requests.begin(newRequest(), 1);
    const [, first, second, found] = await Promise.all([
      store.requests.accepted(id, 'J', 2),
      store.jobs.end(newRequest().scope, 'J', 1, { result: 'succeeded', details: 'first', at: 3 }),
      store.jobs.end(newRequest().scope, 'J', 1, { result: 'failed', details: 'second', at: 4 }),
      store.jobs.find(newRequest().scope, 'J'),
    ]);
    assert.equal(first?.details, 'first');
    assert.deepEqual(second, first);
    assert.deepEqual(found, first);
  });
});
