/**
 * What is told of one partition of a batch: its lines before it is merged, and what became of them.
 */

/** One partition of a batch, as it is to be merged. */
export interface Partition {
  /** In the order in which they were collected: what came back stands before what is new. */
  readonly lines: Uint8Array;
  /** How many of the lines came back, from the front; 0 where all of them are new. */
  readonly returned: number;
}

/** A line of a partition that cannot be sent any more, and why. */
export interface FailedLine {
  readonly key: string;
  readonly text: string;
  /** As JSON. */
  readonly reason: string;
  /** Its number among the lines of the partition, from 0. */
  readonly line: number;
}

/** Up to which line of a partition the item of a key holds what was collected. */
export interface NewestLine {
  readonly key: string;
  /** In which the item goes: of each key there is one in a stage at most. */
  readonly stage: number;
  /** The newest of its lines; the slices of an item hold the same ones. */
  readonly line: number;
}
