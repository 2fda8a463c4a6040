/**
 * Makes the store's file, so that under its own name it is only ever seen whole.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Database } from './driver.ts';
import { applicationId, type Migrations, migrate } from './schema.ts';

function sync(path: string, flags: 'r' | 'r+'): void {
  const handle = openSync(path, flags);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function syncFolder(folder: string): void {
  // Windows cannot sync a folder, and need not.
  if (process.platform !== 'win32') sync(folder, 'r');
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}

/** Gives a file its name, unless another process was faster. */
function publish(draft: string, file: string): void {
  try {
    // A rename would replace the file of a process that does the same at this moment.
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    // Some file systems, such as those of memory cards, know no links.
    renameSync(draft, file);
  }
}

/** Makes the folder, if need be, and in it the file with all tables; both for this user alone. */
export function createFile(file: string, migrations: Migrations): void {
  const folder = dirname(file);
  const firstMade = mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  try {
    closeSync(openSync(draft, 'wx', 0o600));
    const database = new Database(draft);
    try {
      database.exec(`PRAGMA application_id = ${applicationId}`);
      migrate(database, migrations);
    } finally {
      database.close();
    }
    sync(draft, 'r+');
    publish(draft, file);
    syncFolder(folder);
    if (firstMade !== undefined) syncFolder(dirname(firstMade));
  } finally {
    rmSync(draft, { force: true });
  }
}
