/**
 * What Connect has taken is in the ledger, if need be later: a restart of an older job must know of it.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/connection/index.ts';
import { JobTracker } from '../../src/jobs/index.ts';
import { LedgerEntry } from '../../src/sending/ledger-entry.ts';
import { processStore } from '../../src/store/index.ts';

const scope = 'https://acme.example/4.0';

describe('ledger entry', () => {
  it('is noted once the store can be written again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'norce-entry-'));
    const file = join(folder, 'store.sqlite');
    const store = processStore(file);
    const clock: Clock = {
      ...systemClock,
      after: (delay, ...rest) => systemClock.after(delay / 100, ...rest),
    };
    const tracker = new JobTracker({
      store,
      clock,
      minute: 600,
      random: Math.random,
      keysOf: () => () => [],
    });
    const request = { scope, import: 'import-onhands', fullFile: false, header: '{}', items: 1, bytes: 10 };
    const entry = new LedgerEntry({ store, tracker, clock }, { ...request, keys: ['P'], nodeId: 'node' });
    await entry.attempt();
    const accepted = store.requests.accepted.bind(store.requests);
    let failures = 2;
    Object.assign(store.requests, {
      accepted: (...values: Parameters<typeof accepted>) =>
        failures-- > 0 ? Promise.reject(new Error('full')) : accepted(...values),
    });
    assert.equal((await entry.accepted('7'))?.message, 'full');
    assert.equal(await store.jobs.find(scope, '7'), undefined);
    for (let look = 0; (await store.jobs.find(scope, '7')) === undefined; look++) {
      assert.ok(look < 500);
      await wait(10);
    }
    const job = await store.jobs.find(scope, '7');
    assert.deepEqual([job?.import, job?.items], ['import-onhands', 1]);
    tracker.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
});
