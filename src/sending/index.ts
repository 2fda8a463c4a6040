/**
 * From prepared requests to jobs.
 */
export type { AcceptedBatchRequest } from './batch-request.ts';
export type { BatchListener } from './batch-run.ts';
export { BatchSender, type BatchSenderOptions, type Taker } from './batch-sender.ts';
export {
  type BatchOffer,
  type BatchSummary,
  offerOf,
  type RequestSummary,
  type SendingState,
} from './batch-summary.ts';
export { type JobEnd, jobEnds } from './job-ends.ts';
export type { Ledger } from './ledger-entry.ts';
export { processBatchSender } from './process-sender.ts';
export { type AcceptedRequest, type FailedItems, type SendListener, sendRequests } from './send.ts';
export { shrunkenFeed } from './shrunken-feed.ts';
