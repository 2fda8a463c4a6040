/**
 * What a message tells of a job belongs to one run of it: a former run's end says nothing of the next.
 */
import assert from 'node:assert/strict';
import { outcomeProperties, withoutOutcome } from '../../src/runtime/job-message.ts';

const outcome = {
  jobId: '7',
  run: 2,
  import: 'import-onhands',
  result: 'failed',
  outcomeId: '7-2',
  items: 3,
  restartOf: '6',
  at: 0,
  state: {
    isFinished: true,
    status: 3,
    totals: 3,
    fail: 3,
    inserts: 0,
    updates: 0,
    start: '2030-01-01T10:00:00',
    stop: '2030-01-01T10:00:01',
    runTime: '00:00:01',
  },
  reason: { code: 'JOB_NOT_ENDED', message: 'not in time' },
  problems: { warnings: 1, errors: 2, matched: [], unmatched: [] },
  logError: { code: 'FORBIDDEN', message: 'no' },
} as const;

describe('what stands under msg.norce', () => {
  it('loses all that was told of an end, and keeps what the job is', () => {
    const told = { ...outcomeProperties(outcome, true), notKept: ['socket'], header: { AccountId: 10000 } };
    assert.deepEqual(withoutOutcome(told), {
      import: 'import-onhands',
      jobId: '7',
      run: 2,
      restartOf: '6',
      items: 3,
      header: { AccountId: 10000 },
    });
  });

  it('keeps what an import node has told, which bears the same names', () => {
    const accepted = { import: 'import-onhands', jobId: '7', items: 3, warnings: [{ code: 'X' }] };
    assert.deepEqual(withoutOutcome(accepted), accepted);
  });
});
