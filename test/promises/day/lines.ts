/**
 * What the Node-RED of the day and its observer say to each other.
 */
import type { Unsettled } from '../processes/unsettled.ts';

/** What the process is started with. */
export interface DayTask {
  /** Node-RED's user folder, with the package in it. */
  readonly folder: string;
  /** How many times faster than real time its clock goes. */
  readonly scale: number;
  /** Milliseconds since 1970 at which scaled and real time were the same. */
  readonly epoch: number;
  /** Every so manieth message is acknowledged and thrown away: a defect on purpose. */
  readonly dropEvery?: number;
}

/** What the process is asked for. */
export type Order =
  | {
      readonly kind: 'message';
      readonly number: number;
      readonly node: string;
      readonly items: readonly unknown[];
    }
  | { readonly kind: 'look' };

/** What the process says. */
export type Line =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'started' }
  | { readonly kind: 'done'; readonly number: number }
  | { readonly kind: 'refused'; readonly number: number; readonly message: string }
  | { readonly kind: 'offered'; readonly batch: string }
  | {
      readonly kind: 'told';
      readonly batch: string;
      readonly isRepeated: boolean;
      readonly result: 'released' | 'failed';
    }
  /** A warning or an error in Node-RED's log. */
  | { readonly kind: 'log'; readonly text: string }
  | ({
      readonly kind: 'looked';
      /** Bytes. */
      readonly memory: number;
    } & Unsettled);
