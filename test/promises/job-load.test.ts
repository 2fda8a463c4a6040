/**
 * Following jobs costs a tenth of the limit at the most, and nothing where events tell of their ends. A sample of
 * `npm run jobs`.
 */
import assert from 'node:assert/strict';
import { followJobs } from './job-load.ts';

describe('following many jobs', () => {
  const size = { jobs: 30, hours: 0.5, minute: 200 };

  it('polls stay within their share, and every end is told as it was', async () => {
    const { jobs, right, share, overLimit } = await followJobs({
      ...size,
      longShare: 0.05,
      hasEvents: false,
    });
    assert.deepEqual({ jobs, right, overLimit }, { jobs: size.jobs, right: size.jobs, overLimit: 0 });
    assert.ok(share <= 0.1, `polls took ${share} of the limit`);
  });

  it('with events each job is asked about once, after its event', async () => {
    const { right, polls, unannounced } = await followJobs({ ...size, longShare: 0, hasEvents: true });
    assert.deepEqual([right, unannounced], [size.jobs, 0]);
    assert.ok(polls <= size.jobs, `${polls} polls`);
  });
});
