/**
 * From prepared requests to jobs.
 */
export type { JobEnd } from './fates.ts';
export type { JobResponse, ValidationSummary } from './job-response.ts';
export { type AcceptedRequest, type FailedItems, type SendListener, sendRequests } from './send.ts';
