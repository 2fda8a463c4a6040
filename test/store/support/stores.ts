/**
 * Stores in a folder that goes away with the tests.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore, type SqliteStoreOptions } from '../../../src/store/sqlite/sqlite-store.ts';

/** Makes files and stores, and clears them away. */
export class Stores {
  readonly folder = mkdtempSync(join(tmpdir(), 'norce-store-'));
  readonly #stores: SqliteStore[] = [];
  #files = 0;

  /** A name that no file has yet. */
  newFile(): string {
    this.#files += 1;
    return join(this.folder, `${this.#files}`, 'store.sqlite');
  }

  /** A store in a file; in a new one by default. */
  open(file = this.newFile(), options: SqliteStoreOptions = {}): SqliteStore {
    const store = new SqliteStore(file, options);
    this.#stores.push(store);
    return store;
  }

  /** Closes what is open and removes the folder. */
  async clear(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A request with some properties of its own. */
export function newRequest(particulars: object = {}) {
  return {
    scope: 'https://acme.example/',
    import: 'import-onhands',
    fullFile: false,
    header: '{"AccountId":10000}',
    items: 2,
    bytes: 100,
    keys: ['A|W|L', 'B|W|L'],
    nodeId: 'node-1',
    ...particulars,
  };
}
