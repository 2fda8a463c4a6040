/**
 * The requests of batches, and their items piece by piece.
 */
import type { BatchRequest, NewKept, Piece } from '../../collections.ts';
import type { Database } from '../driver.ts';
import { entryUnknown } from './entry-unknown.ts';
import { isWholeFeed } from './feed-order.ts';
import { contentOf, itemsOf, type PieceContent, separator } from './piece-items.ts';

/** A piece without its items. */
export interface PieceHead {
  readonly id: number;
  readonly position: number;
  readonly items: number;
  readonly bytes: number;
}

/** A piece as a row. */
export interface StoredPiece extends PieceHead {
  readonly keys: string;
  readonly texts: string;
}

type RequestRow = Omit<BatchRequest, 'isPerhapsReceived' | 'length'> & {
  readonly uncertainAttempts: number;
};

const selectRequest = `
  SELECT number, stage, header, CASE state WHEN 'ended' THEN written + failed ELSE items END AS items, bytes,
    pieces, state, uncertain_attempts AS uncertainAttempts, job_id AS jobId, failed, outcome
  FROM batch_request`;

function requestOf({ uncertainAttempts, ...row }: RequestRow): BatchRequest {
  return {
    ...row,
    length: 2 + row.bytes + Math.max(0, row.pieces - 1) * separator.length,
    isPerhapsReceived: uncertainAttempts > 0,
  };
}

/** A request of a batch. @throws ConnectError `STORE_ENTRY_UNKNOWN` */
export function requestRow(database: Database, id: string, number: number): RequestRow {
  const row = database.get<RequestRow>(`${selectRequest} WHERE batch_id = ? AND number = ?`, id, number);
  if (row === undefined) throw entryUnknown(`request ${number} of batch ${id}`);
  return row;
}

/** The first piece of a request after a position, without its items. */
export function nextHead(
  database: Database,
  id: string,
  number: number,
  after: number,
): PieceHead | undefined {
  return database.get<PieceHead>(
    `SELECT id, position, items, bytes FROM piece
     WHERE batch_id = ? AND request = ? AND position > ? ORDER BY position LIMIT 1`,
    id,
    number,
    after,
  );
}

/** The first piece of a request after a position. */
export function nextPiece(
  database: Database,
  id: string,
  number: number,
  after: number,
): StoredPiece | undefined {
  return database.get<StoredPiece>(
    `SELECT id, position, items, bytes, keys, texts FROM piece
     WHERE batch_id = ? AND request = ? AND position > ? ORDER BY position LIMIT 1`,
    id,
    number,
    after,
  );
}

/** The content of a piece is another one now; none deletes it. */
export function setPiece(database: Database, pieceId: number, content: PieceContent): void {
  if (content.items === 0) {
    database.run('DELETE FROM piece WHERE id = ?', pieceId);
    return;
  }
  const { items, bytes, keys, texts } = content;
  database.run(
    'UPDATE piece SET items = ?, bytes = ?, keys = ?, texts = ? WHERE id = ?',
    items,
    bytes,
    keys,
    texts,
    pieceId,
  );
}

/** Counts what a request holds. */
export function recount(database: Database, id: string, number: number): void {
  database.run(
    `UPDATE batch_request SET (items, bytes, pieces) =
       (SELECT coalesce(sum(items), 0), coalesce(sum(bytes), 0), count(*) FROM piece
        WHERE batch_id = ? AND request = ?)
     WHERE batch_id = ? AND number = ?`,
    id,
    number,
    id,
    number,
  );
}

/** Makes a request with the same properties as another one, but without items; gives its number. */
function addTwin(database: Database, id: string, number: number): number {
  const last = database.get<{ number: number }>(
    'SELECT number FROM batch_request WHERE batch_id = ? ORDER BY number DESC LIMIT 1',
    id,
  );
  const twin = (last?.number ?? number) + 1;
  // What may have been taken of the one may have been taken of both.
  database.run(
    `INSERT INTO batch_request (batch_id, number, stage, header, items, bytes, pieces, state, uncertain_attempts)
     SELECT batch_id, ?, stage, header, 0, 0, 0, state, uncertain_attempts FROM batch_request
     WHERE batch_id = ? AND number = ?`,
    twin,
    id,
    number,
  );
  return twin;
}

/** Moves the items from an index on out of a piece into another request. */
function movePart(database: Database, id: string, piece: StoredPiece, from: number, request: number): void {
  const content = itemsOf(piece);
  setPiece(database, piece.id, contentOf(content.slice(0, from)));
  const { items, bytes, keys, texts } = contentOf(content.slice(from));
  database.run(
    'INSERT INTO piece (batch_id, request, position, items, bytes, keys, texts) VALUES (?, ?, ?, ?, ?, ?, ?)',
    id,
    request,
    piece.position,
    items,
    bytes,
    keys,
    texts,
  );
}

/** Carries out the calls of {@link BatchStore} about requests that have not ended. */
export const batchRequestOperations = {
  'batches.requests'(database: Database, id: string): readonly BatchRequest[] {
    return database
      .all<RequestRow>(`${selectRequest} WHERE batch_id = ? ORDER BY stage, number`, id)
      .map(requestOf);
  },

  'batches.pieces'(
    database: Database,
    id: string,
    number: number,
    after: number,
    mostBytes: number,
  ): readonly Piece[] {
    const pieces: Piece[] = [];
    let bytes = 0;
    for (let position = after; ; ) {
      const head = nextHead(database, id, number, position);
      if (head === undefined || (pieces.length > 0 && bytes + head.bytes > mostBytes)) return pieces;
      const content = database.get<Pick<Piece, 'keys' | 'texts'>>(
        'SELECT CAST(keys AS BLOB) AS keys, CAST(texts AS BLOB) AS texts FROM piece WHERE id = ?',
        head.id,
      );
      pieces.push({ position: head.position, ...(content as Pick<Piece, 'keys' | 'texts'>) });
      position = head.position;
      bytes += head.bytes;
    }
  },

  'batches.split'(database: Database, id: string, number: number): boolean {
    const { items, state } = requestRow(database, id, number);
    if (isWholeFeed(database, id, number)) return false;
    if (items < 2 || state !== 'waiting') return false;
    const twin = addTwin(database, id, number);
    const heads = database.all<PieceHead>(
      'SELECT id, position, items, bytes FROM piece WHERE batch_id = ? AND request = ? ORDER BY position',
      id,
      number,
    );
    let before = 0;
    for (const head of heads) {
      const half = Math.ceil(items / 2) - before;
      before += head.items;
      if (half >= head.items) continue;
      const piece = half > 0 ? nextPiece(database, id, number, head.position - 1) : undefined;
      if (piece === undefined) database.run('UPDATE piece SET request = ? WHERE id = ?', twin, head.id);
      else movePart(database, id, piece, half, twin);
    }
    recount(database, id, number);
    recount(database, id, twin);
    return true;
  },

  'batches.failures'(
    database: Database,
    id: string,
    limit: number,
  ): { readonly count: number; readonly first: readonly Pick<NewKept, 'key' | 'reason'>[] } {
    const batch = database.get<{ failed: number }>(
      'SELECT failed_items AS failed FROM batch WHERE id = ?',
      id,
    );
    if (batch === undefined) throw entryUnknown(`batch ${id}`);
    const first = database.all<Pick<NewKept, 'key' | 'reason'>>(
      "SELECT key, reason FROM kept WHERE batch_id = ? AND kind = 'failed' ORDER BY id LIMIT ?",
      id,
      limit,
    );
    return { count: batch.failed, first };
  },
};
