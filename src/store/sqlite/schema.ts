/**
 * The tables, as a list of steps that lead from an empty file to the present version.
 */
import type { Database } from './driver.ts';
import { feedTables } from './schema-feeds.ts';

/** Marks a file as ours: "NCnr" in the header of the database. */
export const applicationId = 0x4e436e72;

/** Steps to the present schema, as SQL; the first makes version 1 of an empty file. A published one never changes. */
export type Migrations = readonly string[];

// Ids are never used twice (AUTOINCREMENT): a late word about something forgotten must not hit something new.
// Long texts stand last: what is before them is read without them.
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
  acceptance INTEGER,
  batch_id TEXT,
  batch_request INTEGER
) STRICT;
CREATE INDEX request_open ON request (scope, id) WHERE state = 'open';
CREATE INDEX request_ended ON request (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX request_acceptance ON request (acceptance) WHERE acceptance IS NOT NULL;
CREATE INDEX request_full ON request (scope, import, supplier_id, id) WHERE full_file = 1;
CREATE INDEX request_newer ON request (scope, import, supplier_id, acceptance) WHERE acceptance IS NOT NULL;
CREATE INDEX request_unanswered ON request (scope, import, supplier_id, id) WHERE acceptance IS NULL;
CREATE INDEX request_batch ON request (batch_id, batch_request) WHERE batch_id IS NOT NULL;

CREATE TABLE request_keys (
  request_id INTEGER PRIMARY KEY REFERENCES request (id) ON DELETE CASCADE,
  keys TEXT NOT NULL
) STRICT;

CREATE TABLE request_count (
  request_id INTEGER NOT NULL REFERENCES request (id) ON DELETE CASCADE,
  bound TEXT NOT NULL,
  items INTEGER NOT NULL,
  PRIMARY KEY (request_id, bound)
) STRICT, WITHOUT ROWID;

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
  followed_uptime REAL NOT NULL,
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

CREATE TABLE collection (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  scope TEXT NOT NULL,
  import TEXT NOT NULL,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  waiting_items INTEGER NOT NULL DEFAULT 0,
  waiting_bytes INTEGER NOT NULL DEFAULT 0,
  failed_items INTEGER NOT NULL DEFAULT 0,
  failed_bytes INTEGER NOT NULL DEFAULT 0,
  rejected_items INTEGER NOT NULL DEFAULT 0,
  rejected_bytes INTEGER NOT NULL DEFAULT 0,
  flush_place INTEGER,
  UNIQUE (scope, import, name)
) STRICT;

CREATE TABLE block (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection_id INTEGER NOT NULL REFERENCES collection (id),
  place INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  is_returned INTEGER NOT NULL,
  age INTEGER,
  turn INTEGER NOT NULL,
  supplier_id INTEGER,
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  at REAL NOT NULL,
  lines TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX block_place ON block (collection_id, place);
CREATE INDEX block_returned ON block (collection_id, origin) WHERE is_returned = 1;
CREATE INDEX block_origin ON block (collection_id, supplier_id, origin);

CREATE TABLE batch (
  id TEXT PRIMARY KEY,
  collection_id INTEGER NOT NULL REFERENCES collection (id),
  scope TEXT NOT NULL,
  import TEXT NOT NULL,
  supplier_id INTEGER,
  settings TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('sealing', 'sealed', 'sending', 'ended')),
  first_place INTEGER NOT NULL,
  last_place INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  partitions INTEGER NOT NULL,
  collected_items INTEGER NOT NULL,
  collected_bytes INTEGER NOT NULL,
  merged_items INTEGER NOT NULL DEFAULT 0,
  merged_bytes INTEGER NOT NULL DEFAULT 0,
  failed_items INTEGER NOT NULL DEFAULT 0,
  oldest_at REAL NOT NULL,
  begun_at REAL NOT NULL,
  ended_at REAL,
  node_id TEXT,
  owner TEXT
) STRICT;
CREATE INDEX batch_lane ON batch (scope, import, supplier_id) WHERE state <> 'ended';
CREATE INDEX batch_collection ON batch (collection_id) WHERE state <> 'ended';
CREATE INDEX batch_state ON batch (state, ended_at);

CREATE TABLE batch_partition (
  batch_id TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
  partition INTEGER NOT NULL,
  is_filled INTEGER NOT NULL,
  PRIMARY KEY (batch_id, partition)
) STRICT;

CREATE TABLE partition_block (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id TEXT NOT NULL,
  partition INTEGER NOT NULL,
  age INTEGER,
  lines TEXT NOT NULL
) STRICT;
CREATE INDEX partition_block_partition ON partition_block (batch_id, partition, id);

CREATE TABLE batch_request (
  batch_id TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  header TEXT NOT NULL,
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  pieces INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'ended')),
  uncertain_attempts INTEGER NOT NULL DEFAULT 0,
  job_id TEXT,
  written INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  outcome TEXT,
  PRIMARY KEY (batch_id, number)
) STRICT;

CREATE TABLE piece (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch_id TEXT NOT NULL,
  request INTEGER NOT NULL,
  position INTEGER NOT NULL,
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  keys TEXT NOT NULL,
  texts TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX piece_position ON piece (batch_id, request, position);

CREATE TABLE failed_key (
  batch_id TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  PRIMARY KEY (batch_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE dated_key (
  batch_id TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  stage INTEGER NOT NULL,
  age INTEGER NOT NULL,
  PRIMARY KEY (batch_id, key, stage)
) STRICT, WITHOUT ROWID;

CREATE TABLE kept (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection_id INTEGER NOT NULL REFERENCES collection (id),
  kind TEXT NOT NULL CHECK (kind IN ('failed', 'rejected')),
  batch_id TEXT,
  supplier_id INTEGER,
  key TEXT,
  age INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  at REAL NOT NULL,
  is_replaced INTEGER NOT NULL DEFAULT 0,
  replaced_by TEXT,
  reason TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX kept_kind ON kept (collection_id, kind, id);
CREATE INDEX kept_failed ON kept (collection_id, is_replaced, supplier_id, age, id) WHERE kind = 'failed';
CREATE INDEX kept_key ON kept (collection_id, supplier_id, key) WHERE kind = 'failed';
CREATE INDEX kept_batch ON kept (batch_id, id) WHERE kind = 'failed';
CREATE INDEX kept_replaced ON kept (replaced_by) WHERE replaced_by IS NOT NULL;

CREATE TABLE batch_outcome (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection_id INTEGER NOT NULL REFERENCES collection (id),
  batch_id TEXT NOT NULL,
  outcome TEXT NOT NULL,
  at REAL NOT NULL,
  claimed_by TEXT,
  is_repeated INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX batch_outcome_collection ON batch_outcome (collection_id, id);
CREATE INDEX batch_outcome_batch ON batch_outcome (batch_id);
CREATE INDEX batch_outcome_at ON batch_outcome (at);
`;

/** The steps of this version of the package. */
export const migrations: Migrations = [version1 + feedTables];

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
