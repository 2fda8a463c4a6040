/**
 * Jobs: followed to their end, and run again.
 */
export { Desk } from './desk.ts';
export { getJob, getJobLog, type JobCallOptions, listJobs } from './job-calls.ts';
export { isAnswer } from './job-end.ts';
export { type JobEvent, parseJobEvent } from './job-event.ts';
export type {
  ItemProblem,
  JobProblems,
  KeysOfRow,
  LogRow,
  UnmatchedProblem,
} from './job-log.ts';
export { type JobResponse, parseJobResponse, type ValidationSummary } from './job-response.ts';
export { isEndStatus, type JobState, resultOf, statusName } from './job-state.ts';
export { type JobDetails, type JobOutcome, outcomeOf } from './outcome.ts';
export { processTracker } from './process-tracker.ts';
export { type RestartOptions, restartJob } from './restart.ts';
export type { TrackerOptions } from './scope-tracker.ts';
export { type EventReceiver, JobTracker, type WaitReceiver } from './tracker.ts';
