/**
 * What is asked of a connection and what comes back.
 */
import type { Priority } from './waiting-line.ts';

/** Content of a request that can be sent any number of times. */
export interface Body {
  /** Bytes that the chunks hold together. */
  readonly length: number;
  /** The content from its beginning; every call starts anew. */
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** How far a call has come. Durations in milliseconds. */
export type Progress =
  | {
      readonly kind: 'waiting';
      /** 1 is next. */
      readonly place: number;
      readonly expectedWait: number;
    }
  | {
      readonly kind: 'sending';
      /** 1 is the first. */
      readonly attempt: number;
    }
  | {
      readonly kind: 'retrying';
      /** The attempt that failed; 0 when no request went out because there was no token. */
      readonly attempt: number;
      readonly code: string;
      readonly delay: number;
    };

/** One operation of Connect. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** Below the base address, such as `/Product/ImportOnhands`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Beside those that every request has: names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly contentType?: string;
  readonly priority: Priority;
  /** May be sent again although an earlier attempt was perhaps received. */
  readonly repeatable: boolean;
  /** Whoever calls tries again itself: the first failure ends the call. */
  readonly once?: boolean;
  /**
   * Awaited before each attempt, when its slot has been taken; where it rejects nothing is sent and the call ends
   * with its error.
   */
  readonly beforeAttempt?: (attempt: number) => Promise<void>;
  /** Cancels while nothing is under way; an attempt that has begun goes on to its end. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** An answer with a status of 200 to 299. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Requests that were sent for this answer. */
  readonly attempts: number;
  /** An earlier attempt may have been received too, so Connect may have done the same thing twice. */
  readonly perhapsReceivedBefore: boolean;
}
