/**
 * Promise 6 over crashes: every wait that was acknowledged is told of, whenever the process is killed. A sample of
 * `npm run job-kills`.
 */
import assert from 'node:assert/strict';
import { killWhileJobsRun } from './job-kills.ts';

describe('promise 6: outcomes outlive the process', () => {
  for (const hasEvents of [false, true]) {
    it(`killed while jobs run${hasEvents ? ', with events' : ''}: no outcome is forgotten, a repeated one says so`, async () => {
      const result = await killWhileJobsRun({ kills: 4, jobs: 25, hasEvents });
      assert.ok(result.waits > 20, `only ${result.waits} waits`);
      assert.deepEqual(
        { ...result, kills: 0, jobs: 0, waits: 0, repeats: 0 },
        {
          kills: 0,
          jobs: 0,
          waits: 0,
          forgotten: [],
          wrong: [],
          unfinished: 0,
          repeats: 0,
          badRepeats: [],
          overLimit: 0,
        },
      );
    });
  }
});
