/**
 * Requests from their first attempt to their answer.
 */
import type { Scope } from '../../scope.ts';
import type { AbandonedRequest, FollowedJob, NewRequest } from '../../store.ts';
import type { Database } from '../driver.ts';
import type { Moment } from '../machine-clock.ts';
import { forgetAttempts, markAccepted, markSent, markSentAgain } from './batch-attempts.ts';
import { entryUnknown } from './entry-unknown.ts';
import { feedRequest } from './feed-order.ts';
import { followAccepted } from './runs.ts';

function dropKeys(database: Database, id: number): void {
  database.run('DELETE FROM request_keys WHERE request_id = ?', id);
}

function markUnknown(database: Database, id: number, at: number): void {
  database.run("UPDATE request SET state = 'unknown', ended_at = ? WHERE id = ?", at, id);
  dropKeys(database, id);
}

/** Carries out the calls of {@link RequestStore}. */
export const requestOperations = {
  'requests.begin'(
    database: Database,
    owner: string,
    request: Omit<NewRequest, 'keys'>,
    keys: string,
    at: number,
  ): number {
    const { id } = database.run(
      `INSERT INTO request (owner, scope, import, supplier_id, full_file, header, items, bytes, node_id, attempts,
         first_sent_at, last_sent_at, state, batch_id, batch_request)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 'open', ?, ?)`,
      owner,
      request.scope,
      request.import,
      request.supplierId ?? null,
      Number(request.fullFile),
      request.header,
      request.items,
      request.bytes,
      request.nodeId,
      at,
      at,
      request.batch?.id ?? null,
      request.batch?.request ?? null,
    );
    if (request.batch === undefined) {
      database.run('INSERT INTO request_keys (request_id, keys) VALUES (?, ?)', id, keys);
      for (const [bound, items] of request.counts ?? []) {
        database.run(
          'INSERT INTO request_count (request_id, bound, items) VALUES (?, ?, ?)',
          id,
          bound,
          items,
        );
      }
    } else {
      markSent(database, request.batch.id, request.batch.request);
      if (request.batch.request === feedRequest) {
        database.run(
          `INSERT INTO request_count (request_id, bound, items)
           SELECT ?, bound, feed_count.items FROM feed JOIN feed_count ON feed_count.feed_id = feed.id
           WHERE feed.batch_id = ?`,
          id,
          request.batch.id,
        );
      }
    }
    return id;
  },

  'requests.again'(database: Database, id: number, at: number): void {
    const { changes } = database.run(
      "UPDATE request SET attempts = attempts + 1, last_sent_at = ? WHERE id = ? AND state = 'open'",
      at,
      id,
    );
    if (changes === 0) throw entryUnknown(`request ${id} that is under way`);
    markSentAgain(database, id);
  },

  'requests.accepted'(database: Database, id: number, jobId: string, now: Moment): FollowedJob {
    const { changes } = database.run(
      `UPDATE request SET state = 'accepted', ended_at = ?, job_id = ?,
         acceptance = coalesce(acceptance, (SELECT coalesce(max(acceptance), 0) + 1 FROM request
           WHERE acceptance IS NOT NULL))
       WHERE id = ?`,
      now.wall,
      jobId,
      id,
    );
    if (changes === 0) throw entryUnknown(`request ${id}`);
    markAccepted(database, id, jobId);
    return followAccepted(database, id, jobId, now);
  },

  'requests.failed'(database: Database, id: number, outcome: 'not sent' | 'unknown', at: number): void {
    if (outcome === 'not sent') {
      forgetAttempts(database, id);
      database.run("DELETE FROM request WHERE id = ? AND state = 'open'", id);
      return;
    }
    const open = database.get("SELECT 1 FROM request WHERE id = ? AND state = 'open'", id);
    if (open !== undefined) markUnknown(database, id, at);
  },

  'requests.abandoned'(
    database: Database,
    owner: string,
    scope: Scope,
    at: number,
  ): readonly AbandonedRequest[] {
    const requests = database.all<AbandonedRequest & { readonly batchId: string | null }>(
      `SELECT id, import, items, node_id AS nodeId, last_sent_at AS lastSentAt, batch_id AS batchId FROM request
       WHERE scope = ? AND state = 'open' AND owner <> ? ORDER BY id`,
      scope,
      owner,
    );
    for (const { id } of requests) markUnknown(database, id, at);
    // Those of batches are sent again, and their batches know that they may have been received.
    return requests.filter(({ batchId }) => batchId === null).map(({ batchId: _, ...request }) => request);
  },
};
