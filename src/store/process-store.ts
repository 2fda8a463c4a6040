/**
 * The stores of the process, one for each file. Node-RED may load this package twice (two copies in the palette, or
 * `require` beside `import`); a file is still opened once.
 */
import { resolve } from 'node:path';
import { SqliteStore, type SqliteStoreOptions } from './sqlite/sqlite-store.ts';
import type { Store } from './store.ts';

// The number counts incompatible changes of the interface: copies that differ must not share.
/** Where the stores hang on `globalThis`. */
export const processStoresKey = Symbol.for('@norce-connect/node-red/stores/1');

/**
 * The store in a file, made with its folder where there is none. A new one if the former has been closed; it waits
 * until that has let go of the file.
 */
export function processStore(file: string, options?: Omit<SqliteStoreOptions, 'after'>): Store {
  const holder = globalThis as { [processStoresKey]?: Map<string, SqliteStore> };
  holder[processStoresKey] ??= new Map();
  const stores = holder[processStoresKey];
  const path = resolve(file);
  const held = stores.get(path);
  if (held !== undefined && !held.isClosed) return held;
  const store = new SqliteStore(path, held === undefined ? options : { ...options, after: held.close() });
  stores.set(path, store);
  return store;
}
