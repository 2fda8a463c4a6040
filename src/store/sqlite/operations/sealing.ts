/**
 * How the items of a batch become parts of requests.
 */
import { giveBack } from '../../../transferable.ts';
import type { BatchState, NewPiece } from '../../collections.ts';
import type { FailedLine, NewestLine, Partition } from '../../partitions.ts';
import type { Database } from '../driver.ts';
import { agesOfReturned, type DatedLines, noteAges } from './ages.ts';
import { dividedByKey, joinedLines } from './byte-lines.ts';
import { entryUnknown } from './entry-unknown.ts';
import { keep } from './kept.ts';
import { keysIn } from './piece-items.ts';
import { markReplaced } from './replaced.ts';

// A mark at the beginning is part of the first key.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

interface SealingBatch {
  readonly collectionId: number;
  readonly supplierId: number | null;
  readonly state: BatchState;
  readonly first: number;
  readonly last: number;
  readonly partitions: number;
}

function sealingBatch(database: Database, id: string): SealingBatch {
  const batch = database.get<SealingBatch>(
    `SELECT collection_id AS collectionId, supplier_id AS supplierId, state, first_place AS first,
       last_place AS last, partitions
     FROM batch WHERE id = ?`,
    id,
  );
  if (batch === undefined) throw entryUnknown(`batch ${id}`);
  return batch;
}

/** A block as a batch takes it: one that came back has an age of its own. */
interface TakenBlock extends DatedLines {
  readonly place: number;
}

const selectBlock = 'SELECT place, age, CAST(lines AS BLOB) AS lines FROM block';

/** Blocks that follow each other and are new, or are as old as each other. */
function* alike(blocks: readonly TakenBlock[]): Generator<TakenBlock[]> {
  let group: TakenBlock[] = [];
  for (const block of blocks) {
    if (group.length > 0 && group[0]?.age !== block.age) {
      yield group;
      group = [];
    }
    group.push(block);
  }
  if (group.length > 0) yield group;
}

/** Blocks of a batch from the front, about so many bytes but at least one. */
function nextBlocks(
  database: Database,
  { collectionId, first, last }: SealingBatch,
  mostBytes: number,
): TakenBlock[] {
  const heads = database.all<{ place: number; bytes: number }>(
    'SELECT place, bytes FROM block WHERE collection_id = ? AND place BETWEEN ? AND ? ORDER BY place LIMIT 1000',
    collectionId,
    first,
    last,
  );
  let bytes = 0;
  let end: number | undefined;
  for (const head of heads) {
    bytes += head.bytes;
    if (end !== undefined && bytes > mostBytes) break;
    end = head.place;
  }
  return end === undefined
    ? []
    : database.all(
        `${selectBlock} WHERE collection_id = ? AND place BETWEEN ? AND ? ORDER BY place`,
        collectionId,
        first,
        end,
      );
}

function putPiece(database: Database, batchId: string, piece: NewPiece): void {
  const { request, stage, header, items, bytes, keys, texts } = piece;
  // Bytes that were handed over to somebody else are empty.
  if (texts.length !== bytes) throw new Error(`A piece of ${bytes} bytes has come with ${texts.length}.`);
  if (keys.length === 0) throw new Error(`A piece of ${items} items has come without their keys.`);
  database.run(
    `INSERT INTO batch_request (batch_id, number, stage, header, items, bytes, pieces, state)
     VALUES (?, ?, ?, ?, 0, 0, 0, 'waiting') ON CONFLICT DO NOTHING`,
    batchId,
    request,
    stage,
    header,
  );
  database.run(
    `INSERT INTO piece (batch_id, request, position, items, bytes, keys, texts)
     VALUES (?, ?, (SELECT pieces FROM batch_request WHERE batch_id = ? AND number = ?), ?, ?, CAST(? AS TEXT), CAST(? AS TEXT))`,
    batchId,
    request,
    batchId,
    request,
    items,
    bytes,
    keys,
    texts,
  );
  database.run(
    `UPDATE batch_request SET items = items + ?, bytes = bytes + ?, pieces = pieces + 1
     WHERE batch_id = ? AND number = ?`,
    items,
    bytes,
    batchId,
    request,
  );
}

/** Whether items of a batch have not been divided into its partitions yet. */
function isDividing(database: Database, { collectionId, first, last, partitions }: SealingBatch): boolean {
  const block = database.get(
    'SELECT 1 FROM block WHERE collection_id = ? AND place BETWEEN ? AND ? LIMIT 1',
    collectionId,
    first,
    last,
  );
  return partitions > 1 && block !== undefined;
}

/** Deletes the blocks of a batch up to a place. */
function deleteBlocks(database: Database, { collectionId, first }: SealingBatch, upTo: number): void {
  database.run(
    'DELETE FROM block WHERE collection_id = ? AND place BETWEEN ? AND ?',
    collectionId,
    first,
    upTo,
  );
}

/** Whether a partition has been filled in. @throws while items of it may be elsewhere */
function isFilled(database: Database, id: string, partition: number, batch: SealingBatch): boolean {
  const found = database.get<{ isFilled: number }>(
    'SELECT is_filled AS isFilled FROM batch_partition WHERE batch_id = ? AND partition = ?',
    id,
    partition,
  );
  if (found === undefined) throw entryUnknown(`partition ${partition} of batch ${id}`);
  if (found.isFilled === 0 && isDividing(database, batch)) {
    throw new Error(`Batch ${id} has items that have not been divided into its partitions.`);
  }
  return found.isFilled !== 0;
}

/** The lines of a partition that has not been filled in, in the order in which they were collected. */
function linesOf(database: Database, id: string, partition: number, batch: SealingBatch): DatedLines[] {
  return batch.partitions === 1
    ? database.all<TakenBlock>(
        `${selectBlock} WHERE collection_id = ? AND place BETWEEN ? AND ? ORDER BY place`,
        batch.collectionId,
        batch.first,
        batch.last,
      )
    : database.all<DatedLines>(
        'SELECT age, CAST(lines AS BLOB) AS lines FROM partition_block WHERE batch_id = ? AND partition = ? ORDER BY id',
        id,
        partition,
      );
}

/** Whether anything of a partition has come back. */
function hasReturned(database: Database, id: string, partition: number, batch: SealingBatch): boolean {
  const found =
    batch.partitions === 1
      ? database.get(
          `SELECT 1 FROM block WHERE collection_id = ? AND place BETWEEN ? AND ? AND is_returned = 1 LIMIT 1`,
          batch.collectionId,
          batch.first,
          batch.last,
        )
      : database.get(
          'SELECT 1 FROM partition_block WHERE batch_id = ? AND partition = ? AND age IS NOT NULL LIMIT 1',
          id,
          partition,
        );
  return found !== undefined;
}

/** Carries out the calls of {@link BatchStore} about sealing. */
export const sealingOperations = {
  'batches.distribute'(database: Database, id: string, mostBytes: number): boolean {
    const batch = sealingBatch(database, id);
    // Once it is sealed, what waits again may stand at the places that it had.
    if (batch.partitions === 1 || batch.state !== 'sealing') return false;
    const blocks = nextBlocks(database, batch, mostBytes);
    const end = blocks.at(-1)?.place;
    if (end === undefined) return false;
    for (const group of alike(blocks)) {
      const divided = dividedByKey(
        group.map(({ lines }) => lines),
        batch.partitions,
      );
      giveBack(group);
      for (const [partition, lines] of divided) {
        database.run(
          'INSERT INTO partition_block (batch_id, partition, age, lines) VALUES (?, ?, ?, CAST(? AS TEXT))',
          id,
          partition,
          group[0]?.age ?? null,
          lines,
        );
        giveBack(lines);
      }
    }
    deleteBlocks(database, batch, end);
    return end < batch.last;
  },

  'batches.partition'(database: Database, id: string, partition: number): Partition | undefined {
    const batch = sealingBatch(database, id);
    if (isFilled(database, id, partition, batch)) return undefined;
    const dated = linesOf(database, id, partition, batch);
    const returned = agesOfReturned(dated).length;
    const lines = joinedLines(dated.map((block) => block.lines));
    giveBack(dated);
    return { lines, returned };
  },

  'batches.fill'(
    database: Database,
    id: string,
    partition: number,
    pieces: readonly NewPiece[],
    failed: readonly FailedLine[],
    newest: readonly NewestLine[],
    at: number,
  ): void {
    const batch = sealingBatch(database, id);
    if (isFilled(database, id, partition, batch)) return;
    database.run(
      'UPDATE batch_partition SET is_filled = 1 WHERE batch_id = ? AND partition = ?',
      id,
      partition,
    );
    const returned = hasReturned(database, id, partition, batch)
      ? agesOfReturned(linesOf(database, id, partition, batch))
      : [];
    const dated = noteAges(database, id, returned, failed, newest);
    const { collectionId, supplierId } = batch;
    keep(database, { collectionId, kind: 'failed', batchId: id, supplierId }, dated, at);
    const merged = { items: 0, bytes: 0 };
    for (const piece of pieces) {
      putPiece(database, id, piece);
      markReplaced(database, id, batch, piece.stage, () => keysIn(decoder.decode(piece.keys)));
      merged.items += piece.items;
      merged.bytes += piece.bytes;
    }
    database.run(
      `UPDATE batch SET merged_items = merged_items + ?, merged_bytes = merged_bytes + ?,
         failed_items = failed_items + ? WHERE id = ?`,
      merged.items,
      merged.bytes,
      failed.length,
      id,
    );
    if (batch.partitions === 1) {
      deleteBlocks(database, batch, batch.last);
    } else {
      database.run('DELETE FROM partition_block WHERE batch_id = ? AND partition = ?', id, partition);
    }
  },
};
