/**
 * When the disk fails, what was acknowledged is there, what was rejected is not, and work goes on when it can.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Store } from '../../src/store/index.ts';
import { StoreProcess } from './support/processes.ts';
import { newRequest, Stores } from './support/stores.ts';

const { scope } = newRequest();

async function abandonedIds(store: Store): Promise<readonly number[]> {
  return (await store.requests.abandoned(scope, 2)).map(({ id }) => id);
}

describe('store: faults', () => {
  const stores = new Stores();
  after(() => stores.clear());
  afterEach(() => StoreProcess.killAll());

  /** Notes requests, three at a time, until a group of them is rejected; gives the ids of those that were noted. */
  async function fill(store: Store): Promise<number[]> {
    const noted: number[] = [];
    const header = 'x'.repeat(3_000);
    for (;;) {
      const group = Array.from({ length: 3 }, () => store.requests.begin(newRequest({ header }), 1));
      const outcomes = await Promise.allSettled(group);
      const rejected = outcomes.filter((each) => each.status === 'rejected');
      if (rejected.length > 0) {
        for (const { reason } of rejected) {
          assert.equal(reason.code, 'STORE_FULL', reason.message);
          assert.equal(reason.retryable, true);
        }
        noted.push(...outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
        return noted;
      }
      noted.push(...outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
    }
  }

  describe('disk full', () => {
    /** A small disk where this machine lets one be mounted. */
    function mount(folder: string): boolean {
      mkdirSync(folder, { recursive: true });
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    }

    it('nothing of what was rejected is kept, and work goes on when there is room', async () => {
      const file = stores.newFile();
      const folder = dirname(file);
      const isMounted = mount(folder);
      // Elsewhere the file may have so many pages: the same error, from another cause.
      const limit = isMounted ? {} : { maxPages: 100 };
      try {
        const store = stores.open(file, limit);
        const noted = await fill(store);
        assert.ok(noted.length > 20);
        if (isMounted) {
          execFileSync('mount', ['-o', 'remount,size=8m', folder]);
          noted.push(await store.requests.begin(newRequest(), 1));
        }
        await store.close();
        const later = stores.open(file);
        assert.deepEqual(await abandonedIds(later), noted);
        await later.requests.begin(newRequest(), 1);
        await later.close();
      } finally {
        if (isMounted) execFileSync('umount', [folder]);
      }
    });

    it('room that was made inside the file is enough', async () => {
      const file = stores.newFile();
      const store = stores.open(file, { maxPages: 100 });
      const [first = 0, ...others] = await fill(store);
      for (const id of others) await store.requests.failed(id, 'not sent', 2);
      const next = await store.requests.begin(newRequest(), 3);
      assert.deepEqual(await store.jobs.keys(first), newRequest().keys);
      assert.deepEqual(await store.jobs.keys(next), newRequest().keys);
      await store.close();
      assert.deepEqual(await abandonedIds(stores.open(file)), [first, next]);
    });
  });

  it('an error of reading or writing: the group is rejected, the file opened anew, work goes on', async () => {
    const file = stores.newFile();
    // No file of that process may grow beyond 450 or 900 kB; the log gets there first, and opening empties it.
    const limited = ['sh', '-c', 'ulimit -f 900; exec "$@"', 'sh'];
    const said = await new StoreProcess('fail', file, limited).end();
    const noted = said.filter((line) => /^\d+$/.test(line)).map(Number);
    assert.ok(said.includes('STORE_FAILED'), said.join());
    assert.ok(noted.length > 20);
    assert.match(said[said.indexOf('STORE_FAILED') + 1] ?? '', /^\d+$/, 'the next one is noted');
    assert.deepEqual(await abandonedIds(stores.open(file)), noted);
  });

  it('damage that shows while running: nothing more is done with the file', async () => {
    const file = stores.newFile();
    const first = stores.open(file);
    const header = 'x'.repeat(3_000);
    const ids = await Promise.all(
      Array.from({ length: 2_000 }, () => first.requests.begin(newRequest({ header }), 1)),
    );
    await first.close();
    const store = stores.open(file);
    await store.ready();
    const sound = readFileSync(file);
    const overwrite = (content: Buffer) => {
      const handle = openSync(file, 'r+');
      writeSync(handle, content, 0, content.length, 16_384);
      closeSync(handle);
    };
    overwrite(Buffer.alloc(sound.length - 16_384, 0xa5));
    const readAll = async () => {
      for (const id of ids) await store.jobs.keys(id);
    };
    await assert.rejects(readAll(), { code: 'STORE_DAMAGED', retryable: false });
    // A disk that reads wrongly now and then is not to be trusted either.
    overwrite(sound.subarray(16_384));
    await assert.rejects(store.slots.take('x'), { code: 'STORE_DAMAGED', retryable: false });
    await assert.rejects(store.ready(), { code: 'STORE_DAMAGED' });
  });

  it('the thread dies: what was under way is rejected, the next call finds the store open again', async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on('worker', note);
    const store = stores.open();
    const id = await store.requests.begin(newRequest(), 1);
    process.off('worker', note);
    assert.equal(workers.length, 1);
    const calls = Promise.allSettled(Array.from({ length: 50 }, () => store.slots.take('x')));
    // Let the calls be made, so that they are pending.
    await Promise.resolve();
    await Promise.resolve();
    await workers[0]?.terminate();
    const outcomes = await calls;
    const lost = outcomes.filter((each) => each.status === 'rejected');
    assert.ok(lost.length > 0);
    for (const { reason } of lost) assert.deepEqual([reason.code, reason.retryable], ['STORE_FAILED', true]);
    assert.deepEqual(await store.jobs.keys(id), newRequest().keys);
    assert.deepEqual(await abandonedIds(store), [], 'it is still the same store that has begun it');
  });
});
