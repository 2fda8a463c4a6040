/**
 * The job ledger.
 */
import type { Scope } from '../../scope.ts';
import type { EndedJob, FollowedJob, JobEnd, NewerRequest } from '../../store.ts';
import type { Database } from '../driver.ts';
import { keysOfBatchRequest } from './batch-attempts.ts';
import { endRun, findRun, followForeign, followRestarted, unfinishedRuns } from './runs.ts';

// Jobs go with all their runs, so that the latest run of what is left is the latest there was.
function pruneRuns(database: Database, before: number, limit: number): number {
  const jobs = database.all<{ scope: string; jobId: string }>(
    `SELECT DISTINCT run.scope, run.job_id AS jobId FROM run
     WHERE outcome_id IS NOT NULL AND ended_at < ?
       AND NOT EXISTS (SELECT 1 FROM run AS other WHERE other.scope = run.scope AND other.job_id = run.job_id
         AND (other.outcome_id IS NULL OR other.ended_at >= ?
           OR EXISTS (SELECT 1 FROM wait WHERE wait.run_id = other.id)
           OR EXISTS (SELECT 1 FROM request JOIN batch ON batch.id = request.batch_id
             WHERE request.id = other.request_id AND batch.state <> 'ended')))
     LIMIT ?`,
    before,
    before,
    limit,
  );
  for (const { scope, jobId } of jobs) {
    database.run('DELETE FROM run WHERE scope = ? AND job_id = ?', scope, jobId);
  }
  return jobs.length;
}

function pruneRequests(database: Database, before: number, limit: number): number {
  return database.run(
    `DELETE FROM request WHERE id IN (
       SELECT id FROM request WHERE ended_at < ?
         AND NOT EXISTS (SELECT 1 FROM run WHERE run.request_id = request.id)
         AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = request.batch_id AND batch.state <> 'ended')
       LIMIT ?)`,
    before,
    limit,
  ).changes;
}

// Outcomes for which nobody has come: those that are told go when they have been.
function pruneOutcomes(database: Database, before: number, limit: number): number {
  return database.run(
    'DELETE FROM batch_outcome WHERE id IN (SELECT id FROM batch_outcome WHERE at < ? LIMIT ?)',
    before,
    limit,
  ).changes;
}

// The batch of a full feed that is held can be sent once more.
function pruneBatches(database: Database, before: number, limit: number): number {
  return database.run(
    `DELETE FROM batch WHERE id IN (
       SELECT id FROM batch WHERE state = 'ended' AND ended_at < ?
         AND NOT EXISTS (SELECT 1 FROM batch_outcome WHERE batch_outcome.batch_id = batch.id)
         AND NOT EXISTS (SELECT 1 FROM feed WHERE feed.batch_id = batch.id) LIMIT ?)`,
    before,
    limit,
  ).changes;
}

function pruneAnnouncements(database: Database, before: number, limit: number): number {
  return database.run(
    `DELETE FROM announcement WHERE id IN (
       SELECT id FROM announcement WHERE at < ?
         AND NOT EXISTS (SELECT 1 FROM run WHERE run.scope = announcement.scope
           AND run.job_id = announcement.job_id AND run.outcome_id IS NULL) LIMIT ?)`,
    before,
    limit,
  ).changes;
}

/** Carries out the calls of {@link JobStore}. */
export const jobOperations = {
  'jobs.follow': followForeign,

  'jobs.unfinished': unfinishedRuns,

  'jobs.find'(database: Database, scope: Scope, jobId: string): FollowedJob | EndedJob | undefined {
    return findRun(database, scope, jobId)?.job;
  },

  /** As JSON. */
  'jobs.keys'(database: Database, requestId: number): string | undefined {
    const { keys } =
      database.get<{ keys: string }>('SELECT keys FROM request_keys WHERE request_id = ?', requestId) ?? {};
    return keys ?? keysOfBatchRequest(database, requestId);
  },

  'jobs.end'(
    database: Database,
    scope: Scope,
    jobId: string,
    run: number,
    end: JobEnd,
  ): EndedJob | undefined {
    const stored = findRun(database, scope, jobId, run);
    return stored && endRun(database, stored, end);
  },

  'jobs.restarted': followRestarted,

  'jobs.newer'(database: Database, scope: Scope, jobId: string): NewerRequest | undefined {
    const requestId = findRun(database, scope, jobId)?.job.requestId ?? null;
    return database.get<NewerRequest>(
      `SELECT newer.job_id AS jobId, newer.ended_at AS acceptedAt
       FROM request AS own JOIN request AS newer ON newer.scope = own.scope AND newer.import = own.import
         AND newer.supplier_id IS own.supplier_id AND newer.acceptance > own.acceptance
       WHERE own.id = ? ORDER BY newer.acceptance DESC LIMIT 1`,
      requestId,
    );
  },

  'jobs.isNewerUnderWay'(database: Database, scope: Scope, jobId: string): boolean {
    const requestId = findRun(database, scope, jobId)?.job.requestId ?? null;
    const request = database.get(
      `SELECT 1 FROM request AS own JOIN request AS newer ON newer.scope = own.scope AND newer.import = own.import
         AND newer.supplier_id IS own.supplier_id AND newer.acceptance IS NULL AND newer.id > own.id
       WHERE own.id = ? LIMIT 1`,
      requestId,
    );
    const batch = database.get(
      `SELECT 1 FROM request AS own JOIN batch ON batch.scope = own.scope AND batch.import = own.import
         AND batch.supplier_id IS own.supplier_id AND batch.state <> 'ended' AND batch.id IS NOT own.batch_id
       WHERE own.id = ? LIMIT 1`,
      requestId,
    );
    return (request ?? batch) !== undefined;
  },

  /** Prunes up to a number of each kind, and says whether there may be more. */
  'jobs.prune'(database: Database, before: number, limit: number): boolean {
    // In this order: a request is kept as long as one of its runs, a batch as long as its outcome.
    const counts = [pruneRuns, pruneRequests, pruneOutcomes, pruneBatches, pruneAnnouncements].map((prune) =>
      prune(database, before, limit),
    );
    return counts.some((count) => count >= limit);
  },
};
