/**
 * From prepared requests to jobs.
 */
export { type JobEnd, jobEnds } from './job-ends.ts';
export type { Ledger } from './ledger-entry.ts';
export { type AcceptedRequest, type FailedItems, type SendListener, sendRequests } from './send.ts';
