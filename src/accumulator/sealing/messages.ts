/**
 * What the thread that asks and the thread that merges say to each other.
 */
import type { Cut, CutJob, Joined, JoinJob } from '../feeds/parts.ts';
import type { Merged, MergeJob } from './merge.ts';

/** What can be done with a partition: that of a batch is merged, that of a full feed is joined, and later cut. */
export interface Work {
  readonly merge: (job: MergeJob) => Promise<Merged>;
  readonly join: (job: JoinJob) => Promise<Joined>;
  readonly cut: (job: CutJob) => Promise<Cut>;
}

/** Something to be done with one partition. */
export interface MergeCall {
  readonly id: number;
  readonly work: keyof Work;
  readonly job: MergeJob | JoinJob | CutJob;
}

/** An error in a form that can be copied. */
export interface MergeError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** How a call ended. */
export type MergeAnswer =
  | { readonly id: number; readonly result: Merged | Joined | Cut }
  | { readonly id: number; readonly error: MergeError };
