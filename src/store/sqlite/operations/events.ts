/**
 * Events from their arrival until they have been told.
 */
import { createHash } from 'node:crypto';
import type { NewEvent, StoredEvent } from '../../store.ts';
import type { Database } from '../driver.ts';
import { type Claim, claim } from './claims.ts';

/** How long it is remembered that an event came, in milliseconds: Norce repeats one for about 22 hours. */
const memory = 24 * 60 * 60 * 1000;

interface EventRow {
  readonly id: number;
  readonly scope: string;
  readonly nodeId: string;
  readonly type: string;
  readonly body: string;
  readonly jobId: string | null;
  readonly jobStatus: number | null;
  readonly at: number;
  readonly isSeenBefore: number;
}

function eventOf({ jobId, jobStatus, isSeenBefore, ...row }: EventRow): StoredEvent {
  const event = { ...row, isSeenBefore: isSeenBefore !== 0 };
  return jobId === null || jobStatus === null ? event : { ...event, job: { jobId, status: jobStatus } };
}

/** What two deliveries of one event have in common: nodes of one flow each get their own. */
function digestOf({ scope, nodeId, type, body }: NewEvent): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify([scope, nodeId, type, body]))
    .digest();
}

/** Carries out the calls of {@link EventStore}. */
export const eventOperations = {
  'events.add'(database: Database, event: NewEvent, at: number): StoredEvent {
    const { scope, nodeId, type, body, job } = event;
    database.run('DELETE FROM event WHERE told_at IS NOT NULL AND at < ?', at - memory);
    const digest = digestOf(event);
    const seen = database.get(
      'SELECT 1 FROM event WHERE digest = ? AND at >= ? LIMIT 1',
      digest,
      at - memory,
    );
    const isSeenBefore = seen !== undefined;
    const { id } = database.run(
      `INSERT INTO event (scope, node_id, type, digest, body, job_id, job_status, at, is_seen_before)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      scope,
      nodeId,
      type,
      digest,
      body,
      job?.jobId ?? null,
      job?.status ?? null,
      at,
      Number(isSeenBefore),
    );
    if (job !== undefined) {
      database.run(
        'INSERT INTO announcement (scope, job_id, status, at) VALUES (?, ?, ?, ?)',
        scope,
        job.jobId,
        job.status,
        at,
      );
    }
    return { ...event, id, at, isSeenBefore };
  },

  'events.pending'(database: Database, nodeId: string): readonly StoredEvent[] {
    return database
      .all<EventRow>(
        `SELECT id, scope, node_id AS nodeId, type, body, job_id AS jobId, job_status AS jobStatus, at,
           is_seen_before AS isSeenBefore
         FROM event WHERE node_id = ? AND told_at IS NULL ORDER BY id`,
        nodeId,
      )
      .map(eventOf);
  },

  'events.claim'(database: Database, owner: string, id: number): Claim | undefined {
    return claim(database, 'event', owner, id);
  },

  'events.finish'(database: Database, id: number, at: number): void {
    database.run('UPDATE event SET told_at = ?, body = NULL WHERE id = ? AND told_at IS NULL', at, id);
  },
};
