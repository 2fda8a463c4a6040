/**
 * What the ledger's requests mean for the batches that they belong to.
 */
import type { Database } from '../driver.ts';
import { entryUnknown } from './entry-unknown.ts';
import { keysIn } from './piece-items.ts';

/**
 * An attempt goes out: until its answer is noted, Connect may have taken it.
 *
 * @throws ConnectError `STORE_ENTRY_UNKNOWN` where the batch has no such request that waits
 */
export function markSent(database: Database, batchId: string, number: number): void {
  const { changes } = database.run(
    `UPDATE batch_request SET uncertain_attempts = uncertain_attempts + 1
     WHERE batch_id = ? AND number = ? AND state = 'waiting'`,
    batchId,
    number,
  );
  if (changes === 0) throw entryUnknown(`request ${number} of batch ${batchId} that waits`);
}

/** Another attempt goes out: the former one may have been taken, too. */
export function markSentAgain(database: Database, requestId: number): void {
  database.run(
    `UPDATE batch_request SET uncertain_attempts = uncertain_attempts + 1
     WHERE state = 'waiting' AND (batch_id, number) = (SELECT batch_id, batch_request FROM request WHERE id = ?)`,
    requestId,
  );
}

/** Connect has made a job of a request. */
export function markAccepted(database: Database, requestId: number, jobId: string): void {
  database.run(
    `UPDATE batch_request SET state = 'accepted', job_id = ?, uncertain_attempts = uncertain_attempts - 1
     WHERE state = 'waiting' AND (batch_id, number) = (SELECT batch_id, batch_request FROM request WHERE id = ?)`,
    jobId,
    requestId,
  );
}

/** The attempts of a request that is under way were surely not taken. */
export function forgetAttempts(database: Database, requestId: number): void {
  const request = database.get<{ batchId: string | null; number: number | null; attempts: number }>(
    `SELECT batch_id AS batchId, batch_request AS number, attempts FROM request WHERE id = ? AND state = 'open'`,
    requestId,
  );
  if (request === undefined || request.batchId === null) return;
  database.run(
    `UPDATE batch_request SET uncertain_attempts = uncertain_attempts - ? WHERE batch_id = ? AND number = ?`,
    request.attempts,
    request.batchId,
    request.number,
  );
}

/**
 * Keys of the items of a ledger's request that belongs to a batch, as JSON; undefined where they are not known any
 * more: its items have been let go of, or are others since.
 */
export function keysOfBatchRequest(database: Database, requestId: number): string | undefined {
  const request = database.get<{ batchId: string | null; number: number | null; items: number }>(
    `SELECT batch_id AS batchId, batch_request AS number, items FROM request
     WHERE id = ? AND state <> 'unknown'`,
    requestId,
  );
  if (request === undefined || request.batchId === null) return undefined;
  const keys = database
    .all<{ keys: string }>(
      'SELECT keys FROM piece WHERE batch_id = ? AND request = ? ORDER BY position',
      request.batchId,
      request.number,
    )
    .flatMap((piece) => keysIn(piece.keys));
  return keys.length === request.items ? JSON.stringify(keys) : undefined;
}
