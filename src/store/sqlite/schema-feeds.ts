/**
 * The tables of full feeds.
 */

/** The step of the schema that brings full feeds. */
export const feedTables = `
CREATE TABLE feed (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection_id INTEGER NOT NULL,
  scope TEXT NOT NULL,
  import TEXT NOT NULL,
  name TEXT NOT NULL,
  supplier_id INTEGER,
  sequence TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('collecting', 'checking', 'held', 'ready', 'sending', 'gone')),
  place INTEGER NOT NULL,
  began_at REAL NOT NULL,
  items INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  parts_seen INTEGER NOT NULL DEFAULT 0,
  parts_expected INTEGER,
  settings TEXT NOT NULL,
  partitions INTEGER,
  rejected_later INTEGER NOT NULL DEFAULT 0,
  clashes INTEGER NOT NULL DEFAULT 0,
  distinct_items INTEGER,
  hold TEXT,
  batch_id TEXT
) STRICT;
CREATE INDEX feed_collection ON feed (collection_id, id) WHERE state <> 'gone';
CREATE INDEX feed_lane ON feed (scope, import, supplier_id, place) WHERE state <> 'gone';
CREATE INDEX feed_age ON feed (began_at) WHERE state IN ('collecting', 'checking', 'held', 'ready');
CREATE INDEX feed_gone ON feed (id) WHERE state = 'gone';
CREATE INDEX feed_batch ON feed (batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE feed_seen (
  feed_id INTEGER NOT NULL,
  part INTEGER NOT NULL,
  PRIMARY KEY (feed_id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_block (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  feed_id INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  lines TEXT NOT NULL
) STRICT;
CREATE INDEX feed_block_feed ON feed_block (feed_id, id, bytes);

CREATE TABLE feed_part (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  feed_id INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  lines TEXT NOT NULL
) STRICT;
CREATE INDEX feed_part_feed ON feed_part (feed_id, partition, id);

CREATE TABLE feed_notes (
  feed_id INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  notes TEXT NOT NULL,
  joint TEXT,
  PRIMARY KEY (feed_id, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_name (
  feed_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (feed_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_behind (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  feed_id INTEGER NOT NULL,
  collection_id INTEGER NOT NULL,
  supplier_id INTEGER,
  origin INTEGER NOT NULL,
  age INTEGER NOT NULL,
  items INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  at REAL NOT NULL,
  lines TEXT NOT NULL
) STRICT;
CREATE INDEX feed_behind_feed ON feed_behind (feed_id, collection_id, id);

CREATE TABLE feed_count (
  feed_id INTEGER NOT NULL,
  bound TEXT NOT NULL,
  items INTEGER NOT NULL,
  PRIMARY KEY (feed_id, bound)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_bound (
  id INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  import TEXT NOT NULL,
  supplier_id INTEGER,
  bound TEXT NOT NULL,
  sent_place INTEGER,
  items INTEGER,
  request_id INTEGER
) STRICT;
CREATE INDEX feed_bound_lane ON feed_bound (scope, import, supplier_id, bound);
`;
