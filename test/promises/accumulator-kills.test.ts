/**
 * Promise 1 over crashes: what was acknowledged reaches Connect whenever the process is killed. A sample of
 * `npm run accumulator`.
 */
import assert from 'node:assert/strict';
import { killAccumulators } from './accumulator-kills.ts';

describe('promise 1: nothing acknowledged is lost, over kills', function () {
  this.timeout(120_000);

  it('killed while it commits, seals, sends and waits for jobs: everything acknowledged arrives, in its order, whatever the clock says', async () => {
    const seed = Date.now() % 2 ** 31;
    const { faults, acknowledged, refused } = await killAccumulators({
      kills: 6,
      seed,
      hasJumpingClock: true,
    });
    assert.deepEqual(faults, [], `seed ${seed}`);
    assert.deepEqual([...refused], []);
    assert.ok(acknowledged > 0);
  });
});
