/**
 * The tables, as a list of steps that lead from an empty file to the present version.
 */
import type { Database } from './driver.ts';

/** Marks a file as ours: "NCnr" in the header of the database. */
export const applicationId = 0x4e436e72;

/** Steps to the present schema, as SQL; the first makes version 1 of an empty file. A published one never changes. */
export type Migrations = readonly string[];

// Ids are never used twice (AUTOINCREMENT): a late word about something forgotten must not hit something new.
// Times are REAL so that a fraction of a millisecond is no error; whole numbers take no more room.
const version1 = `
CREATE TABLE slot (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  throttle TEXT NOT NULL,
  ended_wall REAL,
  ended_uptime REAL
) STRICT;
CREATE INDEX slot_throttle ON slot (throttle);

CREATE TABLE request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner TEXT NOT NULL,
  scope TEXT NOT NULL,
  import TEXT NOT NULL,
  supplier_id INTEGER,
  full_file INTEGER NOT NULL,
  header TEXT NOT NULL,
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  node_id TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  first_sent_at REAL NOT NULL,
  last_sent_at REAL NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'unknown')),
  ended_at REAL,
  job_id TEXT,
  acceptance INTEGER
) STRICT;
CREATE INDEX request_open ON request (scope, id) WHERE state = 'open';
CREATE INDEX request_ended ON request (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX request_acceptance ON request (acceptance) WHERE acceptance IS NOT NULL;
CREATE INDEX request_newer ON request (scope, import, supplier_id, acceptance) WHERE acceptance IS NOT NULL;

CREATE TABLE request_keys (
  request_id INTEGER PRIMARY KEY REFERENCES request (id) ON DELETE CASCADE,
  keys TEXT NOT NULL
) STRICT;

CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  job_id TEXT NOT NULL,
  run INTEGER NOT NULL,
  request_id INTEGER REFERENCES request (id),
  import TEXT,
  supplier_id INTEGER,
  full_file INTEGER NOT NULL,
  items INTEGER,
  restart_of TEXT,
  former_stop TEXT,
  followed_since REAL NOT NULL,
  announcements_before INTEGER NOT NULL,
  outcome_id TEXT,
  result TEXT CHECK (result IN ('succeeded', 'failed', 'unknown')),
  details TEXT,
  ended_at REAL,
  UNIQUE (scope, job_id, run)
) STRICT;
CREATE INDEX run_unfinished ON run (scope, id) WHERE outcome_id IS NULL;
CREATE INDEX run_ended ON run (ended_at) WHERE outcome_id IS NOT NULL;
CREATE INDEX run_request ON run (request_id);

CREATE TABLE announcement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  job_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  at REAL NOT NULL
) STRICT;
CREATE INDEX announcement_job ON announcement (scope, job_id, id);
CREATE INDEX announcement_at ON announcement (at);

CREATE TABLE wait (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL REFERENCES run (id),
  scope TEXT NOT NULL,
  node_id TEXT NOT NULL,
  message TEXT NOT NULL,
  limit_at REAL,
  since REAL NOT NULL,
  is_ended INTEGER NOT NULL,
  claimed_by TEXT,
  is_repeated INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX wait_run ON wait (run_id);
CREATE INDEX wait_node ON wait (node_id, is_ended, limit_at);
CREATE INDEX wait_scope ON wait (scope, node_id);

CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  node_id TEXT NOT NULL,
  type TEXT NOT NULL,
  digest BLOB NOT NULL,
  body TEXT,
  job_id TEXT,
  job_status INTEGER,
  at REAL NOT NULL,
  is_seen_before INTEGER NOT NULL,
  claimed_by TEXT,
  is_repeated INTEGER NOT NULL DEFAULT 0,
  told_at REAL
) STRICT;
CREATE INDEX event_pending ON event (node_id, id) WHERE told_at IS NULL;
CREATE INDEX event_digest ON event (digest, at);
CREATE INDEX event_told ON event (at) WHERE told_at IS NOT NULL;
`;

/** The steps of this version of the package. */
export const migrations: Migrations = [version1];

/** The version of an open database. */
export function versionOf(database: Database): number {
  return database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

/**
 * Brings a database to the last version, each step in a transaction of its own: whoever is interrupted goes on
 * after the last whole step.
 */
export function migrate(database: Database, steps: Migrations): void {
  for (const [index, sql] of steps.entries()) {
    if (index < versionOf(database)) continue;
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }
}

/** Ends a transaction that has failed; some faults have ended it already. */
export function rollBack(database: Database): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself.
  }
}

/** Names of tables and indexes, to compare a file with what it should be. */
export function objectsOf(database: Database): readonly string[] {
  return database
    .all<{ name: string }>("SELECT type || ' ' || name AS name FROM sqlite_schema ORDER BY 1")
    .map(({ name }) => name);
}
