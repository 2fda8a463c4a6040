/**
 * Collections in tests of the store.
 */
import type { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';

/** A connection. */
export const scope = 'https://acme.example/';

/** Opens a collection and gives its id. */
export async function openedCollection(
  store: SqliteStore,
  name = 'stock',
  importName = 'import-onhands',
): Promise<number> {
  const { id } = await store.collections.open({ scope, import: importName, name }, '{}');
  return id;
}
