/**
 * Times prepare and plain JSON.stringify on the same items, in turn.
 */
import { builtModule, ownTask, tellParent } from '../child.ts';
import { productItems, stockItems } from '../items.ts';

/** What is to be measured. */
export interface PrepareTask {
  readonly kind: 'stock' | 'products';
  readonly items: number;
  readonly rounds: number;
}

/** What was measured. */
export interface PrepareResult {
  /** Items per second of each round. */
  readonly prepare: readonly number[];
  readonly stringify: readonly number[];
  /** Mean length of an item's JSON. */
  readonly bytesPerItem: number;
}

type PrepareRoom = typeof import('../../src/prepare/index.ts');

const { kind, items: count, rounds } = ownTask<PrepareTask>();
const { prepare, preparation } = (await import(builtModule('prepare', 'index.js'))) as PrepareRoom;
const items = kind === 'stock' ? stockItems(count) : productItems(count);

/** Items per second of one piece of work, begun without the garbage of the one before. */
async function itemsPerSecond(work: () => Promise<void> | void): Promise<number> {
  globalThis.gc?.();
  const begin = performance.now();
  await work();
  return (count * 1000) / (performance.now() - begin);
}

async function prepareAll(): Promise<void> {
  const { requests, rejected } = await prepare(
    items,
    preparation({
      import: kind === 'stock' ? 'import-onhands' : 'import-products',
      accountId: 10_000,
      fullFile: false,
      fields: 'carried',
      clear: {},
      switches: {},
      unknownProperties: 'reject',
      maximumItems: 1000,
      maximumBytes: 10_000_000,
    }),
  );
  const sendable = requests.reduce((sum, request) => sum + request.items.length, 0);
  if (sendable !== count) throw new Error(JSON.stringify(rejected[0]?.errors));
}

function stringifyAll(): void {
  JSON.stringify(items);
}

const result = { prepare: [] as number[], stringify: [] as number[] };
// The first round compiles the code and is not counted.
for (let round = 0; round <= rounds; round++) {
  const prepared = await itemsPerSecond(prepareAll);
  const stringified = await itemsPerSecond(stringifyAll);
  if (round === 0) continue;
  result.prepare.push(prepared);
  result.stringify.push(stringified);
}
const bytesPerItem = Math.round(Buffer.byteLength(JSON.stringify(items)) / count);
await tellParent({ ...result, bytesPerItem } satisfies PrepareResult);
