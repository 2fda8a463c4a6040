/**
 * How Job/Get, Job/List and Job/GetLog show jobs; the documents leave part of it open.
 */
import type { Job, JobLogRow } from './job.ts';
import type { Readings } from './readings.ts';

/** A job as Job/Get answers. */
export function viewJob(job: Job, readings: Readings): Readonly<Record<string, unknown>> {
  if (readings.insertCounter === 'Inserts') return job.toJSON();
  const entries = Object.entries(job.toJSON());
  return Object.fromEntries(entries.map(([name, value]) => [name === 'Inserts' ? 'Insert' : name, value]));
}

/** Jobs, given oldest first, as Job/List answers. */
export function viewList(jobs: readonly Job[], readings: Readings): readonly unknown[] {
  return inOrder(jobs, readings.jobListOrder).map((job) =>
    readings.jobListItem === 'short' ? { JobId: job.id, StatusId: job.status } : viewJob(job, readings),
  );
}

/** The log as Job/GetLog answers. */
export function viewLog(job: Job, readings: Readings): unknown {
  return readings.jobLog === 'rows' ? job.log : (worstRow(job.log) ?? null);
}

function inOrder(jobs: readonly Job[], order: Readings['jobListOrder']): readonly Job[] {
  switch (order) {
    case 'oldestFirst':
      return jobs;
    case 'newestFirst':
      return jobs.toReversed();
    case 'none':
      return jobs.toSorted((one, other) => scattered(one.id) - scattered(other.id));
  }
}

/** Spreads neighbouring ids far apart, the same way each time. */
function scattered(id: number): number {
  return Math.imul(id, 2_654_435_761) >>> 0;
}

function worstRow(log: readonly JobLogRow[]): JobLogRow | undefined {
  return log.toSorted((one, other) => other.SeverityId - one.SeverityId)[0];
}
