/**
 * Promise 9: a deploy disturbs nothing. A sample of `npm run deploys`.
 */
import assert from 'node:assert/strict';
import { deployUnderLoad } from './deploy-load/run.ts';

describe('promise 9: a deploy disturbs nothing', () => {
  it('25 deploys under load: each message has one outcome, and nothing is left behind', async function () {
    this.timeout(300_000);
    const seed = Date.now() % 2 ** 31;
    const { faults, outcomes, time } = await deployUnderLoad(25, seed);
    process.stdout.write(`      seed ${seed}, ${time.toFixed(0)} s: ${JSON.stringify(outcomes)}\n`);
    assert.deepEqual(faults.slice(0, 20), [], `seed ${seed}: ${faults.length} faults`);
    // Without these the run has shown nothing.
    for (const kind of ['accepted', 'notSent'] as const) assert.ok(outcomes[kind] > 0, `no item was ${kind}`);
  });
});
