/**
 * Promise 4 over crashes: a full feed is whole or not sent, whenever the process is killed. A sample of
 * `npm run accumulator`.
 */
import assert from 'node:assert/strict';
import { killFeeds } from './feed-kills.ts';

describe('promise 4: a full feed is whole or not sent, over kills', function () {
  this.timeout(120_000);

  it('killed while it is collected, checked, sealed and sent: what goes out is one whole feed, and what is newer stands over it', async () => {
    const seed = Date.now() % 2 ** 31;
    const { faults, fullRequests } = await killFeeds({ kills: 8, seed });
    assert.deepEqual(faults.slice(0, 10), [], `seed ${seed}: ${faults.length} faults`);
    assert.ok(fullRequests > 0);
  });
});
