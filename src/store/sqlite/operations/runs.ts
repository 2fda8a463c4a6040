/**
 * Runs of jobs as rows, and how one comes to be followed.
 */
import { randomUUID } from 'node:crypto';
import type { Scope } from '../../scope.ts';
import type { EndedJob, FollowedJob, JobEnd, JobResult, JobRun, UnfinishedJob } from '../../store.ts';
import type { Database } from '../driver.ts';
import { type Moment, surelyElapsed } from '../machine-clock.ts';
import { noteSucceeded } from './baselines.ts';

/** What is known of a run from the start. */
interface Origin {
  readonly requestId: number | null;
  readonly import: string | null;
  readonly supplierId: number | null;
  readonly fullFile: boolean;
  readonly items: number | null;
  readonly restartOf: string | null;
  readonly formerStop: string | null;
}

interface RunRow extends Omit<JobRun, 'fullFile'> {
  readonly rowId: number;
  readonly followedUptime: number;
  readonly fullFile: number;
  readonly outcomeId: string | null;
  readonly result: JobResult | null;
  readonly details: string | null;
  readonly endedAt: number | null;
  readonly announcedStatus: number | null;
  readonly announcedAt: number | null;
}

/** A run with the key of its row. */
export interface StoredRun {
  readonly rowId: number;
  readonly job: FollowedJob | EndedJob;
}

/** The one that ended, where a run has. */
export function endedOf({ job }: StoredRun): EndedJob | undefined {
  return 'outcomeId' in job ? job : undefined;
}

const foreign: Origin = {
  requestId: null,
  import: null,
  supplierId: null,
  fullFile: false,
  items: null,
  restartOf: null,
  formerStop: null,
};

// An announcement counts for the run that was followed when it came: those of former runs have lower ids.
const selectRun = `
  SELECT run.id AS rowId, run.scope, run.job_id AS jobId, run.run, run.request_id AS requestId, run.import,
    run.supplier_id AS supplierId, run.full_file AS fullFile, run.items, run.restart_of AS restartOf,
    run.former_stop AS formerStop, run.followed_since AS followedSince,
    run.followed_uptime AS followedUptime, run.outcome_id AS outcomeId, run.result, run.details,
    run.ended_at AS endedAt, announcement.status AS announcedStatus, announcement.at AS announcedAt
  FROM run LEFT JOIN announcement ON announcement.id = (
    SELECT max(newest.id) FROM announcement AS newest
    WHERE newest.scope = run.scope AND newest.job_id = run.job_id AND newest.id > run.announcements_before)`;

function runOf(row: RunRow): StoredRun {
  const run: JobRun = {
    scope: row.scope,
    jobId: row.jobId,
    run: row.run,
    requestId: row.requestId,
    import: row.import,
    supplierId: row.supplierId,
    fullFile: row.fullFile !== 0,
    items: row.items,
    restartOf: row.restartOf,
    formerStop: row.formerStop,
    followedSince: row.followedSince,
  };
  const { rowId, outcomeId, result, details, endedAt, announcedStatus, announcedAt } = row;
  if (outcomeId !== null && result !== null && details !== null && endedAt !== null) {
    return { rowId, job: { ...run, outcomeId, result, details, at: endedAt } };
  }
  const announced =
    announcedStatus === null || announcedAt === null ? null : { status: announcedStatus, at: announcedAt };
  return { rowId, job: { ...run, announced } };
}

/** A run by the key of its row. */
export function runWithRowId(database: Database, rowId: number): StoredRun | undefined {
  const row = database.get<RunRow>(`${selectRun} WHERE run.id = ?`, rowId);
  return row && runOf(row);
}

/** A run by its number; the latest without one. */
export function findRun(
  database: Database,
  scope: Scope,
  jobId: string,
  run?: number,
): StoredRun | undefined {
  const row = database.get<RunRow>(
    `${selectRun} WHERE run.scope = ? AND run.job_id = ? AND run.run = coalesce(?, run.run) ORDER BY run.run DESC LIMIT 1`,
    scope,
    jobId,
    run ?? null,
  );
  return row && runOf(row);
}

/** Runs that have not ended, oldest first. */
export function unfinishedRuns(
  database: Database,
  scope: Scope,
  now: Moment,
  uptimeResolution: number,
): readonly UnfinishedJob[] {
  return database
    .all<RunRow>(`${selectRun} WHERE run.scope = ? AND run.outcome_id IS NULL ORDER BY run.id`, scope)
    .flatMap((row) => {
      const { job } = runOf(row);
      if ('outcomeId' in job) return [];
      const since: Moment = { wall: row.followedSince, uptime: row.followedUptime };
      return [{ ...job, followedFor: surelyElapsed(since, now, uptimeResolution) }];
    });
}

/** Whether a restarted job of a lane runs: it may write older values at any moment. */
export function isRestartRunning(
  database: Database,
  scope: Scope,
  importName: string,
  supplierId: number | null,
): boolean {
  return (
    database.get(
      `SELECT 1 FROM run WHERE scope = ? AND import = ? AND supplier_id IS ? AND restart_of IS NOT NULL
         AND outcome_id IS NULL LIMIT 1`,
      scope,
      importName,
      supplierId,
    ) !== undefined
  );
}

/** Ends a run, unless it has ended, and drops what only its outcome needed. */
export function endRun(database: Database, { rowId, job }: StoredRun, end: JobEnd): EndedJob {
  if ('outcomeId' in job) return job;
  const outcomeId = randomUUID();
  database.run(
    'UPDATE run SET outcome_id = ?, result = ?, details = ?, ended_at = ? WHERE id = ?',
    outcomeId,
    end.result,
    end.details,
    end.at,
    rowId,
  );
  if (end.result === 'succeeded' && job.requestId !== null) noteSucceeded(database, job.requestId);
  database.run('UPDATE wait SET is_ended = 1 WHERE run_id = ?', rowId);
  database.run(
    `DELETE FROM request_keys WHERE request_id = ?
       AND NOT EXISTS (SELECT 1 FROM run WHERE request_id = ? AND outcome_id IS NULL)`,
    job.requestId,
    job.requestId,
  );
  const { announced: _, ...run } = job;
  return { ...run, ...end, outcomeId };
}

function insertRun(
  database: Database,
  scope: Scope,
  jobId: string,
  run: number,
  origin: Origin,
  now: Moment,
): FollowedJob {
  // The first run of an id may have been announced before its id was known here. A restart under the same id cannot.
  const isFirst = run === 1 && origin.restartOf !== jobId;
  const { id } = database.run(
    `INSERT INTO run (scope, job_id, run, request_id, import, supplier_id, full_file, items, restart_of,
       former_stop, followed_since, followed_uptime, announcements_before)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CASE WHEN ? THEN 0 ELSE
       (SELECT coalesce(max(id), 0) FROM announcement) END)`,
    scope,
    jobId,
    run,
    origin.requestId,
    origin.import,
    origin.supplierId,
    Number(origin.fullFile),
    origin.items,
    origin.restartOf,
    origin.formerStop,
    now.wall,
    now.uptime,
    Number(isFirst),
  );
  return followedWithRowId(database, id);
}

function followedWithRowId(database: Database, rowId: number): FollowedJob {
  const stored = runWithRowId(database, rowId);
  if (stored === undefined || 'outcomeId' in stored.job) throw new Error(`Run ${rowId} is not followed.`);
  return stored.job;
}

/** Whether something that is already followed is only now known to be that. */
function isStillUnexplained(job: JobRun): boolean {
  return job.requestId === null && job.restartOf === null;
}

/**
 * Follows a job whose origin is known. Where its id is followed already as one of unknown origin, it is that one;
 * where its id belongs to something else, this is a new run, and what can no longer be told of the former ends.
 */
function followKnown(
  database: Database,
  scope: Scope,
  jobId: string,
  latest: StoredRun | undefined,
  origin: Origin,
  now: Moment,
): FollowedJob {
  if (latest === undefined) return insertRun(database, scope, jobId, 1, origin, now);
  if (!('outcomeId' in latest.job) && isStillUnexplained(latest.job) && origin.restartOf !== jobId) {
    database.run(
      `UPDATE run SET request_id = ?, import = ?, supplier_id = ?, full_file = ?, items = ?, restart_of = ?
       WHERE id = ?`,
      origin.requestId,
      origin.import,
      origin.supplierId,
      Number(origin.fullFile),
      origin.items,
      origin.restartOf,
      latest.rowId,
    );
    return followedWithRowId(database, latest.rowId);
  }
  const run = insertRun(database, scope, jobId, latest.job.run + 1, origin, now);
  // After the new run is there, so that the keys of a request that they share are kept.
  endRun(database, latest, { result: 'unknown', details: '{}', at: now.wall });
  return run;
}

/** Follows the job that Connect has made of a request; the same again gives the same. */
export function followAccepted(
  database: Database,
  requestId: number,
  jobId: string,
  now: Moment,
): FollowedJob {
  const request = database.get<{
    scope: string;
    import: string;
    supplierId: number | null;
    fullFile: number;
    items: number;
  }>(
    `SELECT scope, import, supplier_id AS supplierId, full_file AS fullFile, items FROM request WHERE id = ?`,
    requestId,
  );
  if (request === undefined) throw new Error(`Request ${requestId} is gone.`);
  const { scope, fullFile, ...rest } = request;
  const latest = findRun(database, scope, jobId);
  if (latest !== undefined && !('outcomeId' in latest.job) && latest.job.requestId === requestId) {
    return latest.job;
  }
  const origin = { ...rest, requestId, fullFile: fullFile !== 0, restartOf: null, formerStop: null };
  return followKnown(database, scope, jobId, latest, origin, now);
}

/** Follows a job of unknown origin, unless its id is known. */
export function followForeign(
  database: Database,
  scope: Scope,
  jobId: string,
  now: Moment,
): FollowedJob | EndedJob {
  return findRun(database, scope, jobId)?.job ?? insertRun(database, scope, jobId, 1, foreign, now);
}

/** Follows the run that a restart has made of a job, for the same request. */
export function followRestarted(
  database: Database,
  scope: Scope,
  jobId: string,
  newJobId: string,
  now: Moment,
  formerStop?: string,
): FollowedJob {
  const former = findRun(database, scope, jobId)?.job ?? foreign;
  const origin: Origin = {
    requestId: former.requestId,
    import: former.import,
    supplierId: former.supplierId,
    fullFile: former.fullFile,
    items: former.items,
    restartOf: jobId,
    formerStop: newJobId === jobId ? (formerStop ?? null) : null,
  };
  const latest = findRun(database, scope, newJobId);
  if (newJobId !== jobId && latest !== undefined && !('outcomeId' in latest.job)) {
    if (latest.job.restartOf === jobId) return latest.job;
  }
  return followKnown(database, scope, newJobId, latest, origin, now);
}
