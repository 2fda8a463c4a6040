/**
 * Everything that the store can be asked for: the seam between the thread that asks and the one that carries out.
 */
import type { Database } from '../driver.ts';
import { batchRequestOperations } from './batch-requests.ts';
import { batchOperations } from './batches.ts';
import { collectionOperations } from './collections.ts';
import { eventOperations } from './events.ts';
import { feedCheckingOperations } from './feed-checking.ts';
import { feedCollectingOperations } from './feed-collecting.ts';
import { feedSendingOperations } from './feed-sending.ts';
import { jobOperations } from './jobs.ts';
import { keptOperations } from './kept.ts';
import { requestEndOperations } from './request-ends.ts';
import { requestOperations } from './requests.ts';
import { sealingOperations } from './sealing.ts';
import { slotOperations } from './slots.ts';
import { waitOperations } from './waits.ts';

/** Operations by name. Each runs inside a transaction, on arguments and results that can be copied. */
export const operations = {
  ...slotOperations,
  ...requestOperations,
  ...jobOperations,
  ...waitOperations,
  ...eventOperations,
  ...feedCollectingOperations,
  ...feedCheckingOperations,
  ...feedSendingOperations,
  ...collectionOperations,
  ...keptOperations,
  ...batchOperations,
  ...sealingOperations,
  ...batchRequestOperations,
  ...requestEndOperations,
};

type Operations = typeof operations;

/** Name of an operation. */
export type OperationName = keyof Operations;

/** What an operation takes, beside the database. */
export type OperationArguments<Name extends OperationName> = Operations[Name] extends (
  database: Database,
  ...rest: infer Rest
) => unknown
  ? Rest
  : never;

/** What an operation gives back. */
export type OperationResult<Name extends OperationName> = ReturnType<Operations[Name]>;
