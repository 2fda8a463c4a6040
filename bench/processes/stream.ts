/**
 * Streams items that lie in a SQLite file as plain JSON texts to a server, without looking at them: the least that
 * anybody can do who sends a body that is too large to be held.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import { ownTask, tellParent } from '../child.ts';
import { stockRecord } from '../stock-changes.ts';

/** What is to be measured. */
export interface StreamTask {
  /** Where the file goes. */
  readonly folder: string;
  readonly url: string;
  readonly items: number;
}

/** Milliseconds of the request. */
export type StreamResult = number;

/** Items of one row, and what is read at a time. */
const itemsPerRow = 2000;

const { folder, url, items } = ownTask<StreamTask>();
const database = new DatabaseSync(join(folder, `stream-${process.pid}.sqlite`));
database.exec('PRAGMA journal_mode = WAL; CREATE TABLE page (id INTEGER PRIMARY KEY, texts TEXT NOT NULL)');
const insert = database.prepare('INSERT INTO page (texts) VALUES (?)');
let length = 1;
for (let first = 0; first < items; first += itemsPerRow) {
  const count = Math.min(itemsPerRow, items - first);
  const texts = Array.from({ length: count }, (_, index) => JSON.stringify(stockRecord(first + index)));
  const text = texts.join(',\n');
  insert.run(text);
  length += Buffer.byteLength(text) + (first === 0 ? 1 : 2);
}

function* pages(): Generator<Buffer> {
  const select = database.prepare('SELECT id, texts FROM page WHERE id > ? ORDER BY id LIMIT 1');
  let before = '[';
  for (let id = 0; ; ) {
    const row = select.get(id) as { readonly id: number; readonly texts: string } | undefined;
    if (row === undefined) break;
    yield Buffer.from(before + row.texts);
    before = ',\n';
    id = row.id;
  }
  yield Buffer.from(']');
}

const dispatcher = new Agent({ allowH2: false });
globalThis.gc?.();
const begin = performance.now();
const { body } = await request(`${url}/Product/ImportOnhands`, {
  method: 'POST',
  dispatcher,
  headers: { 'content-type': 'application/json', 'content-length': String(length) },
  body: Readable.from(pages()),
});
await body.dump();
const time = performance.now() - begin;
await dispatcher.close();
database.close();
await tellParent(time satisfies StreamResult);
