/**
 * A store is opened whole, checked and alone, or not at all; what is there is never begun anew.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { migrations } from '../../src/store/sqlite/schema.ts';
import { StoreProcess } from './support/processes.ts';
import { newRequest, Stores } from './support/stores.ts';

describe('store: opening', () => {
  const stores = new Stores();
  after(() => stores.clear());
  afterEach(() => StoreProcess.killAll());

  /** A file with a few hundred requests, closed. */
  async function filled(): Promise<string> {
    const file = stores.newFile();
    const store = stores.open(file);
    const requests = Array.from({ length: 500 }, (_, index) => newRequest({ header: `${index}`.repeat(50) }));
    await Promise.all(requests.map((request) => store.requests.begin(request, 1)));
    await store.close();
    return file;
  }

  /** What a file holds, in short. */
  const contentOf = (file: string) =>
    existsSync(file) && statSync(file).isFile()
      ? createHash('sha256').update(readFileSync(file)).digest('hex')
      : 'no file';

  /** Opening is refused, for calls as for `ready`, and the file stays as it is. */
  async function refuses(file: string, code: string, says: RegExp): Promise<void> {
    const before = contentOf(file);
    const store = stores.open(file);
    for (const call of [() => store.ready(), () => store.slots.take('x')]) {
      await assert.rejects(call, (error: Error) => {
        assert.equal('code' in error && error.code, code, error.message);
        assert.ok(error.message.includes(file), error.message);
        assert.match(error.message, says);
        return true;
      });
    }
    await store.close();
    assert.equal(contentOf(file), before);
  }

  it('makes folder and file for this user alone, and leaves nothing else behind', async () => {
    const file = stores.newFile();
    const store = stores.open(file);
    await store.slots.take('x');
    assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
    for (const name of ['', '-wal']) assert.equal(statSync(file + name).mode & 0o777, 0o600, name);
    await store.close();
    assert.deepEqual(readdirSync(dirname(file)), ['store.sqlite']);
  });

  it('a file that others may read is closed to them', async () => {
    const file = await filled();
    chmodSync(file, 0o644);
    await stores.open(file).ready();
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('commits are synced, and the lock is held', () => {
    const database = openDatabase({ file: stores.newFile(), migrations });
    assert.deepEqual({ ...database.get<object>('PRAGMA journal_mode') }, { journal_mode: 'wal' });
    assert.deepEqual({ ...database.get<object>('PRAGMA synchronous') }, { synchronous: 2 });
    assert.deepEqual({ ...database.get<object>('PRAGMA locking_mode') }, { locking_mode: 'exclusive' });
    database.close();
  });

  it('processes that make the same file at the same time: one has it, the others wait', async () => {
    const file = stores.newFile();
    const processes = Array.from({ length: 4 }, () => new StoreProcess('hold', file));
    const first = await Promise.all(processes.map((each) => each.firstLine()));
    await Promise.all(processes.map((each) => each.end()));
    assert.deepEqual(first.sort(), ['STORE_LOCKED', 'STORE_LOCKED', 'STORE_LOCKED', 'ready']);
    assert.deepEqual(readdirSync(dirname(file)), ['store.sqlite']);
  });

  it('held by another process: says so at once, and opens when that has gone', async () => {
    const file = await filled();
    const other = new StoreProcess('hold', file);
    assert.equal(await other.firstLine(), 'ready');
    const store = stores.open(file);
    await assert.rejects(store.ready(), { code: 'STORE_LOCKED', retryable: true });
    await assert.rejects(store.slots.take('x'), { code: 'STORE_LOCKED', message: /another process/ });
    await other.end();
    // Until the next attempt the file counts as locked; how long that takes is not the point.
    for (;;) {
      const isOpen = await store.ready().then(
        () => true,
        (error) => {
          assert.equal(error.code, 'STORE_LOCKED');
          return false;
        },
      );
      if (isOpen) break;
      await sleep(50);
    }
    assert.equal((await store.requests.abandoned(newRequest().scope, 2)).length, 500);
  });

  it('a process that was killed leaves no lock behind', async () => {
    const file = await filled();
    const other = new StoreProcess('hold', file);
    await other.firstLine();
    await other.end('SIGKILL');
    await stores.open(file).ready();
  });

  describe('damaged', () => {
    it('an empty file', async () => {
      const file = await filled();
      writeFileSync(file, '');
      await refuses(file, 'STORE_DAMAGED', /empty/);
    });

    it('a file of something else', async () => {
      const file = await filled();
      writeFileSync(file, 'Dear diary, today I was not a database.\n'.repeat(100));
      await refuses(file, 'STORE_DAMAGED', /backup/);
    });

    it('a folder of that name', async () => {
      const file = stores.newFile();
      mkdirSync(file, { recursive: true });
      await refuses(file, 'STORE_DAMAGED', /no file/);
    });

    for (const part of [0.01, 0.3, 0.9]) {
      it(`cut off after ${part * 100} %`, async () => {
        const file = await filled();
        const content = readFileSync(file);
        writeFileSync(file, content.subarray(0, Math.floor(content.length * part)));
        await refuses(file, 'STORE_DAMAGED', /damaged/);
      });
    }

    it('pages overwritten in the middle', async () => {
      const file = await filled();
      const content = readFileSync(file);
      const middle = Math.floor(content.length / 2);
      for (let at = middle; at < middle + 8_192; at += 1) content[at] = (at * 7 + 13) % 256;
      writeFileSync(file, content);
      await refuses(file, 'STORE_DAMAGED', /check|malformed/);
    });

    it("a database of another program, which stays that program's", async () => {
      const file = await filled();
      rmSync(file);
      const foreign = new DatabaseSync(file);
      foreign.exec('CREATE TABLE slot (id); PRAGMA user_version = 1');
      foreign.close();
      await refuses(file, 'STORE_DAMAGED', /not one of this package/);
    });

    it('a table or an index is missing', async () => {
      for (const statement of ['DROP TABLE slot', 'DROP INDEX wait_run']) {
        const file = await filled();
        const database = new DatabaseSync(file);
        database.exec(statement);
        database.exec('PRAGMA journal_mode = DELETE');
        database.close();
        await assert.rejects(stores.open(file).ready(), {
          code: 'STORE_DAMAGED',
          message: /missing: .*(slot|wait_run)/,
        });
      }
    });

    it('the file is gone, but its log is there', async () => {
      const file = await filled();
      const other = new StoreProcess('append', file);
      await other.firstLine();
      await other.end('SIGKILL');
      assert.ok(statSync(`${file}-wal`).size > 0);
      rmSync(file);
      await refuses(file, 'STORE_DAMAGED', /-wal/);
      assert.ok(!existsSync(file));
      assert.ok(statSync(`${file}-wal`).size > 0);
    });
  });

  it('written by a newer version: left alone', async () => {
    const file = await filled();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99; PRAGMA journal_mode = DELETE');
    database.close();
    await refuses(file, 'STORE_NEWER', /version is 99/);
  });

  describe('migrations', () => {
    const second = 'ALTER TABLE slot ADD COLUMN note TEXT';
    const third = 'CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT; INSERT INTO later VALUES (3)';

    it('bring an older file to the present version and keep what it holds', async () => {
      const file = await filled();
      const store = stores.open(file, { migrations: [...migrations, second, third] });
      assert.equal((await store.requests.abandoned(newRequest().scope, 2)).length, 500);
      await store.close();
      const database = new DatabaseSync(file);
      assert.deepEqual({ ...database.prepare('PRAGMA user_version').get() }, { user_version: 3 });
      assert.deepEqual({ ...database.prepare('SELECT id FROM later').get() }, { id: 3 });
      database.close();
      await refuses(file, 'STORE_NEWER', /version is 3/);
    });

    it('one that fails leaves the file at the last whole step, and is done later', async () => {
      const file = await filled();
      const broken = `${third}; SELECT nonsense`;
      await assert.rejects(stores.open(file, { migrations: [...migrations, second, broken] }).ready(), {
        code: 'STORE_FAILED',
      });
      const copy = join(dirname(file), 'copy.sqlite');
      copyFileSync(file, copy);
      const database = new DatabaseSync(copy);
      assert.deepEqual({ ...database.prepare('PRAGMA user_version').get() }, { user_version: 2 });
      assert.equal(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'later'").get(), undefined);
      database.close();
      await stores.open(copy, { migrations: [...migrations, second, third] }).ready();
    });
  });

  describe('read-only', () => {
    // Root may write whatever the modes say, unless that right is taken away.
    const asUser =
      process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : [];
    const tried = (file: string) => new StoreProcess('try', file, asUser).firstLine();

    it('a file, a folder, or a folder in which there is nothing yet', async () => {
      const file = await filled();
      chmodSync(file, 0o400);
      assert.equal(await tried(file), 'STORE_READ_ONLY');
      chmodSync(file, 0o600);
      const folder = dirname(file);
      chmodSync(folder, 0o500);
      assert.equal(await tried(file), 'STORE_READ_ONLY');
      assert.equal(await tried(join(folder, 'other.sqlite')), 'STORE_READ_ONLY');
      assert.equal(await tried(join(folder, 'deep', 'other.sqlite')), 'STORE_READ_ONLY');
      chmodSync(folder, 0o700);
      assert.equal(await tried(file), 'ready');
    });
  });
});
