/**
 * Puts the same blocks of stock changes into the store, and by plain append and sync into a file, in turn.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { NewBlock } from '../../src/store/index.ts';
import { builtModule, ownTask, tellParent } from '../child.ts';
import { stockChange } from '../stock-changes.ts';

/** What is to be measured. */
export interface StoreTask {
  /** Where the files go. */
  readonly folder: string;
  readonly messages: number;
  readonly rounds: number;
  /** Messages that are committed together. */
  readonly group: number;
}

/** Messages per second of each round. */
export interface StoreResult {
  readonly store: readonly number[];
  readonly plain: readonly number[];
}

type StoreRoom = typeof import('../../src/store/sqlite/sqlite-store.ts');

/** As many commits as an accumulator has under way at a time. */
const underWay = 2;
const unlimited = { items: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };

const { folder, messages, rounds, group } = ownTask<StoreTask>();
const { SqliteStore } = (await import(builtModule('store', 'sqlite', 'sqlite-store.js'))) as StoreRoom;

type ByteBlock = NewBlock & { readonly lines: Uint8Array };

function blockAt(first: number): ByteBlock {
  const items = Array.from({ length: Math.min(group, messages - first) }, (_, index) =>
    stockChange(first + index),
  );
  const texts = items.map((item) => JSON.stringify(item));
  const keys = items.map(({ PartNo, WarehouseCode, LocationCode }) =>
    JSON.stringify([PartNo, WarehouseCode, LocationCode]),
  );
  return {
    lines: new TextEncoder().encode(texts.map((text, index) => `${keys[index]}\t${text}`).join('\n')),
    items: items.length,
    bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    supplierId: null,
  };
}

const blocks: ByteBlock[] = [];
for (let first = 0; first < messages; first += group) blocks.push(blockAt(first));

async function perSecond(work: () => Promise<void> | void): Promise<number> {
  globalThis.gc?.();
  const begin = performance.now();
  await work();
  return (messages * 1000) / (performance.now() - begin);
}

function append(round: number): Promise<number> {
  const file = openSync(join(folder, `plain-${round}`), 'w', 0o600);
  return perSecond(() => {
    for (const { lines } of blocks) {
      writeSync(file, lines);
      fdatasyncSync(file);
    }
  });
}

async function collect(round: number): Promise<number> {
  const store = new SqliteStore(join(folder, `store-${round}.sqlite`));
  await store.ready();
  const { id } = await store.collections.open(
    { scope: 'bench', import: 'import-onhands', name: 'stock' },
    '{}',
  );
  // The store takes over what it is given, as it does from an accumulator.
  const given = blocks.map((block) => ({ ...block, lines: block.lines.slice() }));
  let next = 0;
  const committer = async (): Promise<void> => {
    for (let block = given[next++]; block !== undefined; block = given[next++]) {
      await store.collections.append(id, block, unlimited, Date.now());
    }
  };
  const rate = await perSecond(async () => {
    await Promise.all(Array.from({ length: underWay }, committer));
  });
  await store.close();
  return rate;
}

const result = { store: [] as number[], plain: [] as number[] };
for (let round = 0; round < rounds; round++) {
  result.plain.push(await append(round));
  result.store.push(await collect(round));
}
await tellParent(result satisfies StoreResult);
