/**
 * Waits for the ends of jobs.
 */
import type { Scope } from '../../scope.ts';
import type { DueWait, NewWait, Wait } from '../../store.ts';
import type { Database } from '../driver.ts';
import { type Claim, claim } from './claims.ts';
import { entryUnknown } from './entry-unknown.ts';
import { endedOf, findRun, runWithRowId } from './runs.ts';

interface WaitRow extends Wait {
  readonly rowId: number;
}

const selectWait = `
  SELECT wait.id, wait.run_id AS rowId, wait.scope, run.job_id AS jobId, run.run, wait.node_id AS nodeId,
    wait.message, wait.limit_at AS limitAt, wait.since
  FROM wait JOIN run ON run.id = wait.run_id`;

function waitOf({ rowId: _, ...wait }: WaitRow): Wait {
  return wait;
}

/** Carries out the calls of {@link WaitStore}. */
export const waitOperations = {
  'waits.add'(database: Database, wait: NewWait, at: number): Wait {
    const { scope, jobId, nodeId, message, limitAt } = wait;
    const stored = findRun(database, scope, jobId);
    if (stored === undefined) throw entryUnknown(`job ${jobId} of ${scope}`);
    const { id } = database.run(
      `INSERT INTO wait (run_id, scope, node_id, message, limit_at, since, is_ended)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      stored.rowId,
      scope,
      nodeId,
      message,
      limitAt,
      at,
      Number(endedOf(stored) !== undefined),
    );
    return { id, scope, jobId, nodeId, message, limitAt, run: stored.job.run, since: at };
  },

  'waits.pending'(database: Database, nodeId: string, at: number): readonly Wait[] {
    return database
      .all<WaitRow>(
        `${selectWait} WHERE wait.node_id = ? AND wait.is_ended = 0
           AND (wait.limit_at IS NULL OR wait.limit_at > ?) ORDER BY wait.id`,
        nodeId,
        at,
      )
      .map(waitOf);
  },

  'waits.due'(database: Database, nodeId: string, at: number): readonly DueWait[] {
    return database
      .all<WaitRow>(
        `${selectWait} WHERE wait.id IN (
           SELECT id FROM wait WHERE node_id = ? AND is_ended = 1
           UNION ALL SELECT id FROM wait WHERE node_id = ? AND is_ended = 0 AND limit_at <= ?)
         ORDER BY wait.id`,
        nodeId,
        nodeId,
        at,
      )
      .map((row) => {
        const stored = runWithRowId(database, row.rowId);
        return { ...waitOf(row), job: (stored && endedOf(stored)) ?? null };
      });
  },

  'waits.claim'(database: Database, owner: string, id: number): Claim | undefined {
    return claim(database, 'wait', owner, id);
  },

  'waits.finish'(database: Database, id: number): void {
    database.run('DELETE FROM wait WHERE id = ?', id);
  },

  'waits.nextLimit'(database: Database, nodeId: string, at: number): number | undefined {
    const row = database.get<{ limitAt: number | null }>(
      'SELECT min(limit_at) AS limitAt FROM wait WHERE node_id = ? AND is_ended = 0 AND limit_at > ?',
      nodeId,
      at,
    );
    return row?.limitAt ?? undefined;
  },

  'waits.nodes'(database: Database, scope: Scope): ReadonlyMap<string, number> {
    const rows = database.all<{ nodeId: string; waits: number }>(
      'SELECT node_id AS nodeId, count(*) AS waits FROM wait WHERE scope = ? GROUP BY node_id',
      scope,
    );
    return new Map(rows.map(({ nodeId, waits }) => [nodeId, waits]));
  },
};
