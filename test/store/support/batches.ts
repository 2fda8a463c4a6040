/**
 * Collections and batches for the tests: blocks and pieces of made-up items, and a merge that takes the last of each
 * key.
 */

import assert from 'node:assert/strict';
import type {
  Batch,
  NewBatch,
  NewBlock,
  NewestLine,
  NewPiece,
  Partition,
  Store,
} from '../../../src/store/index.ts';
import { bytesOf, textOf } from '../../support/bytes.ts';
import { newRequest } from './stores.ts';

/** Bounds that nothing reaches. */
export const unbounded = { items: 1e9, bytes: 1e12 };

/** A line of keys, or a key, and the text of its item. */
export type Item = readonly [line: string, text: string];

const lengthOf = (texts: readonly string[], separator = '') => Buffer.byteLength(texts.join(separator));

/** Items of one message. */
export function newBlock(items: readonly Item[], supplierId: number | null = null): NewBlock {
  return {
    lines: items.map(([key, text]) => `${key}\t${text}`).join('\n'),
    items: items.length,
    bytes: lengthOf(items.map(([, text]) => text)),
    supplierId,
  };
}

/** Merged items as part of a request. */
export function newPiece(items: readonly Item[], request = 0, stage = 0): NewPiece {
  const texts = items.map(([, text]) => text);
  return {
    request,
    stage,
    header: `{"stage":${stage}}`,
    items: items.length,
    bytes: lengthOf(texts, ',\n'),
    keys: bytesOf(items.map(([line]) => line).join('\n')),
    texts: bytesOf(texts.join(',\n')),
  };
}

/** The items in the lines of a partition. */
export function itemsIn(partition: Partition | undefined): Item[] {
  assert.ok(partition !== undefined, 'the partition has been filled in');
  return partition.lines.length === 0
    ? []
    : textOf(partition.lines)
        .split('\n')
        .map((line) => line.split('\t') as [string, string]);
}

/** The last line of each key, all of whose lines have become one item of the first stage. */
export function newestLines(items: readonly Item[]): NewestLine[] {
  return [...new Map(items.map(([key], line) => [key, line]))].map(([key, line]) => ({
    key,
    stage: 0,
    line,
  }));
}

/** The last item of each key. */
export function merged(items: readonly Item[]): Item[] {
  return [...new Map(items)];
}

/** Opens a collection and gives its id. */
export async function openCollection(
  store: Store,
  name = 'stock',
  scope = newRequest().scope,
): Promise<number> {
  return (await store.collections.open({ scope, import: 'import-onhands', name }, '{}')).id;
}

/** Begins a batch that must begin. */
export async function begunBatch(
  store: Store,
  collectionId: number,
  id: string,
  particulars: Partial<NewBatch> = {},
): Promise<Batch> {
  const batch = await store.batches.begin(collectionId, { id, settings: '{}', ...particulars }, 50);
  assert.ok(typeof batch !== 'string', `${id}: ${String(batch)}`);
  return batch;
}

/** Begins a batch and seals it, all of it one request; or the requests that `piecesOf` makes of its items. */
export async function sealedBatch(
  store: Store,
  collectionId: number,
  id: string,
  piecesOf = (items: readonly Item[]): readonly NewPiece[] => [newPiece(items)],
): Promise<Batch> {
  await begunBatch(store, collectionId, id);
  const lines = itemsIn(await store.batches.partition(id, 0));
  await store.batches.fill(id, 0, piecesOf(merged(lines)), [], newestLines(lines), 51);
  return store.batches.sealed(id);
}

/** Takes a batch that must be free. */
export async function takenBatch(store: Store, id: string, nodeId = 'node-1'): Promise<Batch> {
  const batch = await store.batches.take(id, nodeId);
  assert.ok(typeof batch !== 'string', `${id}: ${String(batch)}`);
  return batch;
}

/** Notes an attempt of a batch's request; gives its id in the ledger. */
export function attempt(store: Store, id: string, request = 0, items = 1): Promise<number> {
  return store.requests.begin(newRequest({ keys: [], items, batch: { id, request } }), 60);
}

/** All items of a request, in their order. */
export async function itemsOfRequest(store: Store, id: string, number: number): Promise<Item[]> {
  const pieces = await store.batches.pieces(id, number, -1, 1e9);
  return pieces.flatMap(({ keys, texts }) => {
    const lines = textOf(keys).split('\n');
    return textOf(texts)
      .split(',\n')
      .map((text, index): Item => [lines[index] ?? '', text]);
  });
}

/** Texts of what is kept of a kind, oldest first. */
export async function keptTexts(
  store: Store,
  collectionId: number,
  kind: 'failed' | 'rejected' = 'failed',
): Promise<string[]> {
  return (await store.collections.kept(collectionId, kind, 0, 1e6)).map(({ text }) => text);
}
