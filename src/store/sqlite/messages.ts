/**
 * What the thread that asks and the thread of the store say to each other.
 */

import type { OpenOptions } from './open.ts';
import type { OperationName } from './operations/index.ts';

/** What the worker is started with. */
export type WorkerSettings = OpenOptions;

/** One call of an operation; `ready` asks only whether the store can be used. */
export interface CallMessage {
  readonly id: number;
  readonly operation: OperationName | 'ready';
  readonly arguments: readonly unknown[];
}

/** Nothing follows: what came before is finished, then the file is let go of. */
export interface CloseMessage {
  readonly close: true;
}

/** From the thread that asks. */
export type Message = CallMessage | CloseMessage;

/** An error in a form that can be copied. */
export interface StoredError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** How a call ended. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: StoredError };
