/**
 * What a process that accumulates and the one that kills it say to each other.
 */
import type { BatchOffer } from '../../../src/sending/index.ts';
import type { Plain } from '../shapes.ts';
import type { Unsettled } from './unsettled.ts';

/** A defect on purpose, to see that it is noticed. */
export type Sabotage =
  /** Messages are acknowledged before they are on disk. */
  | 'early done'
  /** A job counts as succeeded as soon as it has been made: its items and its lane are let go. */
  | 'early release'
  /** A request whose answer was lost counts as accepted. */
  | 'no resend'
  /** Outcomes count as told before they are. */
  | 'early telling';

/** What the process is to do. */
export interface AccumulatingTask {
  readonly storeFile: string;
  readonly connectUrl: string;
  readonly tokenUrl: string;
  /** Milliseconds that stand for a minute. */
  readonly minute: number;
  /** To which the accumulator of suppliers' products is set. */
  readonly supplierId: number;
  /** By so many milliseconds the wall clock is off, from the start and after a while. */
  readonly clock?: { readonly atStart: number; readonly later: number; readonly after: number };
  /** Commits may be lost at a power cut. */
  readonly isCareless?: boolean;
  readonly sabotage?: Sabotage;
}

/** To the process. */
export type Order =
  | {
      readonly kind: 'message';
      readonly id: number;
      readonly collection: string;
      readonly items: readonly Plain[];
    }
  | { readonly kind: 'flush' }
  | { readonly kind: 'requeue' }
  | { readonly kind: 'look' }
  | { readonly kind: 'stop' };

/** From the process, a line of JSON each: what has been written outlives it. */
export type Line =
  /** All accumulators are attached, and the store is open. */
  | { readonly kind: 'ready'; readonly pid: number }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'refused'; readonly id: number; readonly code: string; readonly message: string }
  /** A call of the store begins. */
  | { readonly kind: 'begins'; readonly call: number; readonly operation: string; readonly about?: string }
  | { readonly kind: 'ends'; readonly call: number; readonly about?: string }
  | { readonly kind: 'offered'; readonly batch: BatchOffer }
  | {
      readonly kind: 'told';
      readonly batch: string;
      readonly isRepeated: boolean;
      readonly result: string;
      readonly items: number;
      readonly failed: number;
    }
  | { readonly kind: 'warning'; readonly code: string; readonly message: string }
  /** What there is left to do. */
  | ({ readonly kind: 'looked' } & Unsettled);
