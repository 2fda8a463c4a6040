/**
 * Opens the store's file, whole and checked and for this process alone, or says why not; a file that is there is
 * never replaced.
 */
import { accessSync, chmodSync, constants, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { createFile } from './create.ts';
import { Database } from './driver.ts';
import { UnfitFile } from './faults.ts';
import { applicationId, type Migrations, migrate, objectsOf, versionOf } from './schema.ts';

/** What opening needs to know. */
export interface OpenOptions {
  readonly file: string;
  readonly migrations: Migrations;
  /** Pages that the file may have, for a bound on its size. */
  readonly maxPages?: number;
  /** The latest commits may be lost when the power fails, as no store of a user may. */
  readonly isCareless?: boolean;
}

/** SQLite leaves the log at this size when it begins it anew, in bytes. */
const logSize = 16 * 1024 * 1024;

/** Pages in the log from which on they are brought into the file: about as many as the log may hold anyway. */
const checkpointPages = 4_000;

function statOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}

// Looked at by name only: closing a file that was opened beside SQLite would drop the locks of this process.
function checkFromOutside(file: string): void {
  const found = statOf(file);
  if (found === undefined) {
    if ((statOf(`${file}-wal`)?.size ?? 0) > 0) {
      throw new UnfitFile('damaged', `the file is missing, but ${file}-wal with its latest changes is there`);
    }
    return;
  }
  if (!found.isFile()) throw new UnfitFile('damaged', 'it is no file');
  if (found.size === 0) throw new UnfitFile('damaged', 'it is empty');
  accessSync(file, constants.R_OK | constants.W_OK);
  accessSync(dirname(file), constants.R_OK | constants.W_OK | constants.X_OK);
  // It holds keys of customers; a copy brought back from a backup may be open to everybody.
  if ((found.mode & 0o077) !== 0) chmodSync(file, 0o600);
}

function checkOrigin(database: Database, latest: number): void {
  const found = database.get<{ application_id: number }>('PRAGMA application_id')?.application_id;
  if (found !== applicationId)
    throw new UnfitFile('damaged', 'it is a database, but not one of this package');
  const version = versionOf(database);
  if (version > latest) {
    throw new UnfitFile('newer', `its version is ${version}, this package knows up to ${latest}`);
  }
}

function checkContent(database: Database): void {
  const [first] = database.all<{ quick_check: string }>('PRAGMA quick_check(1)');
  if (first?.quick_check !== 'ok') throw new UnfitFile('damaged', `check: ${first?.quick_check}`);
}

function checkTables(database: Database, migrations: Migrations): void {
  const model = new Database(':memory:');
  try {
    migrate(model, migrations);
    const found = new Set(objectsOf(database));
    const missing = objectsOf(model).filter((name) => !found.has(name));
    if (missing.length > 0) throw new UnfitFile('damaged', `missing: ${missing.join(', ')}`);
  } finally {
    model.close();
  }
}

/**
 * Opens the file, making it first where there is none.
 *
 * @throws UnfitFile, or what SQLite or the file system throws; see `openingFault`
 */
export function openDatabase({ file, migrations, maxPages, isCareless = false }: OpenOptions): Database {
  checkFromOutside(file);
  if (statOf(file) === undefined) createFile(file, migrations);
  const database = new Database(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    // Before anything is written: somebody else's database stays as it is.
    checkOrigin(database, migrations.length);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = ${isCareless ? 'NORMAL' : 'FULL'}`);
    // Else a savepoint may need a file in a folder for temporary ones, which has faults of its own.
    database.exec('PRAGMA temp_store = MEMORY');
    database.exec(`PRAGMA journal_size_limit = ${logSize}`);
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
    if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`);
    // Takes the lock, which exclusive mode then keeps.
    database.exec('BEGIN EXCLUSIVE; COMMIT');
    checkContent(database);
    migrate(database, migrations);
    checkTables(database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
