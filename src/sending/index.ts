/**
 * From prepared requests to jobs.
 */
export { type AcceptedRequest, type FailedItems, type SendListener, sendRequests } from './send.ts';
