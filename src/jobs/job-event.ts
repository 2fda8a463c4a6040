/**
 * Reads the event by which Norce tells that a job has ended.
 */
import { ConnectError } from '../errors.ts';
import { type Json, jobIdOf, numberOf, property } from './json.ts';

/** What a JobCompletedEvent says. */
export interface JobEvent {
  readonly jobId: string;
  readonly status: number;
}

/** @throws ConnectError `EVENT_INVALID` for a body that is no JobCompletedEvent */
export function parseJobEvent(body: Json): JobEvent {
  const jobId = jobIdOf(property(body, 'JobId'));
  const status = numberOf(property(body, 'StatusId'));
  if (jobId === undefined || status === undefined || !Number.isSafeInteger(status)) {
    throw new ConnectError('EVENT_INVALID', 'A JobCompletedEvent has a JobId and a StatusId.');
  }
  return { jobId, status };
}
