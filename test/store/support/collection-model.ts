/**
 * What the store should keep of collections and batches, in plain memory by the words of the interface.
 */
import type { Amount, FailedLine, KeptKind, NewestLine, NewKept } from '../../../src/store/index.ts';
import type { Item } from './batches.ts';

interface NewBlock {
  readonly items: readonly Item[];
  readonly supplierId: number | null;
  readonly at: number;
}

interface Block extends NewBlock {
  /** The later its items were collected at first, the higher. */
  readonly age: number;
  readonly isReturned: boolean;
}

interface Kept extends NewKept {
  readonly kind: KeptKind;
  readonly batchId: string | null;
  readonly supplierId: number | null;
  readonly at: number;
  /** Of the newest of what it was merged from. */
  readonly age: number;
  isReplaced: boolean;
  /** The batch that may still prove not to have replaced it. */
  replacedBy?: string;
}

interface Request {
  readonly number: number;
  readonly stage: number;
  /** Items by piece. */
  pieces: Item[][];
  state: 'waiting' | 'accepted' | 'ended';
  uncertain: number;
  jobId: string | null;
  failed: number;
  written: number;
  outcome: string | null;
}

interface Batch {
  readonly id: string;
  readonly collection: Collection;
  readonly supplierId: number | null;
  readonly collected: Amount;
  /** What has not been filled in; only its order by key is known. */
  items: Item[];
  /** By key how old its lines are that were collected or came back, in their order; null for what is new. */
  readonly lines: ReadonlyMap<string, readonly (number | null)[]>;
  /** How old all that is new is, but for its stage. */
  readonly newest: number;
  /** Ages by key and stage, where they are not those of what is new. */
  readonly ages: Map<string, number>;
  readonly partitions: number;
  readonly filled: Set<number>;
  merged: Amount;
  state: 'sealing' | 'sealed' | 'sending' | 'ended';
  takenBy: { readonly nodeId: string; readonly process: number } | null;
  requests: Request[];
  /** What a later stage may follow. */
  readonly failedKeys: Set<string>;
  failed: number;
}

interface Collection {
  readonly id: number;
  waiting: Block[];
  /** The age of the newest block when somebody asked for what waited. */
  flushed: number | undefined;
  kept: Kept[];
}

interface Attempt {
  readonly id: number;
  readonly batch: Batch;
  readonly request: Request;
  readonly items: number;
  readonly process: number;
  attempts: number;
  state: 'open' | 'accepted' | 'unknown';
}

const unknown = 'STORE_ENTRY_UNKNOWN';
const keyOf = ([line]: Item) => line.split('\t')[0] as string;
const amountOf = (items: readonly Item[], separator = ''): Amount => ({
  items: items.length,
  bytes: Buffer.byteLength(items.map(([, text]) => text).join(separator)),
});
/** By supplier, and each supplier's by age. */
const compareReturned = (one: Pick<Block, 'supplierId' | 'age'>, other: Pick<Block, 'supplierId' | 'age'>) =>
  (one.supplierId ?? 0) - (other.supplierId ?? 0) || one.age - other.age;
const sum = (one: Amount, other: Amount): Amount => ({
  items: one.items + other.items,
  bytes: one.bytes + other.bytes,
});

/** Between the ages of two places are those of stages. */
const stageRoom = 1024;

function linesIn(blocks: readonly Block[]): ReadonlyMap<string, readonly (number | null)[]> {
  const lines = new Map<string, (number | null)[]>();
  for (const { items, age, isReturned } of blocks) {
    for (const item of items) {
      const known = lines.get(keyOf(item)) ?? [];
      lines.set(keyOf(item), known);
      known.push(isReturned ? age : null);
    }
  }
  return lines;
}

function ageOf({ ages, newest }: Pick<Batch, 'ages' | 'newest'>, key: string, stage: number): number {
  return ages.get(`${stage} ${key}`) ?? newest + stage;
}

export class CollectionModel {
  process = 1;
  readonly collections: Collection[] = [];
  batches: Batch[] = [];
  attempts: Attempt[] = [];
  outcomes: { readonly batch: Batch; readonly outcome: string }[] = [];

  #blocks = 0;

  append(id: number, block: NewBlock, most: Amount): string | undefined {
    const collection = this.#collection(id);
    const failed = collection.kept.filter(({ kind }) => kind === 'failed');
    const held = sum(
      amountOf(collection.waiting.flatMap(({ items }) => items)),
      amountOf(failed.map(({ text }): Item => ['', text])),
    );
    const { items, bytes } = sum(held, amountOf(block.items));
    if (items > most.items || bytes > most.bytes) return 'COLLECTION_FULL';
    this.#blocks += 1;
    collection.waiting.push({ ...block, age: this.#blocks * stageRoom, isReturned: false });
    return undefined;
  }

  reject(id: number, items: readonly NewKept[], most: Amount, at: number): void {
    const collection = this.#collection(id);
    for (const item of items) this.#keep(collection, 'rejected', null, item, at);
    for (;;) {
      const rejected = collection.kept.filter(({ kind }) => kind === 'rejected');
      const { items: count, bytes } = amountOf(rejected.map(({ text }): Item => ['', text]));
      const [oldest] = rejected;
      if (oldest === undefined || (count <= most.items && bytes <= most.bytes)) return;
      collection.kept = collection.kept.filter((item) => item !== oldest);
    }
  }

  requeue(id: number, at: number): { requeued: number; replaced: number } | string {
    const collection = this.#collection(id);
    if (this.#isSealing(collection)) return 'COLLECTION_SEALING';
    const failed = collection.kept.filter(({ kind }) => kind === 'failed');
    const isFollowed = ({ batchId }: Kept) =>
      this.batches.some(
        ({ id: batch, requests }) =>
          batch === batchId && requests.some(({ stage, state }) => stage > 0 && state !== 'ended'),
      );
    const back = failed.filter((item) => !item.isReplaced && !isFollowed(item)).sort(compareReturned);
    collection.kept = collection.kept.filter((item) => !back.includes(item));
    const since = Math.min(at, collection.waiting[0]?.at ?? at);
    const blocks: (Block & { items: Item[] })[] = [];
    for (const { key, text, supplierId, age } of back) {
      const last = blocks.at(-1);
      if (last?.supplierId === supplierId && last.age === age) last.items.push([key ?? '', text]);
      else blocks.push({ items: [[key ?? '', text]], supplierId, at: since, age, isReturned: true });
    }
    const returned = collection.waiting.filter(({ isReturned }) => isReturned);
    const fresh = collection.waiting.filter(({ isReturned }) => !isReturned);
    collection.waiting = [...[...blocks, ...returned].sort(compareReturned), ...fresh];
    return { requeued: back.length, replaced: failed.filter(({ isReplaced }) => isReplaced).length };
  }

  discardKept(id: number, which: KeptKind): number {
    const collection = this.#collection(id);
    const before = collection.kept.length;
    collection.kept = collection.kept.filter(({ kind }) => kind !== which);
    return before - collection.kept.length;
  }

  flush(id: number): boolean {
    const collection = this.#collection(id);
    if (collection.waiting.length > 0) collection.flushed = this.#blocks * stageRoom;
    return collection.flushed !== undefined;
  }

  discardWaiting(id: number): number | string {
    const collection = this.#collection(id);
    if (this.#isSealing(collection)) return 'COLLECTION_SEALING';
    const { length } = collection.waiting.flatMap(({ items }) => items);
    collection.waiting = [];
    collection.flushed = undefined;
    return length;
  }

  begin(id: number, batchId: string, most: Amount, partitionBytes: number | undefined): string | undefined {
    const collection = this.#collection(id);
    const [first] = collection.waiting;
    if (first === undefined) return 'nothing waits';
    const open = this.batches.filter(({ state }) => state !== 'ended');
    // All collections of the test are of one connection and import.
    const isBusy = open.some(
      (batch) => batch.collection === collection || batch.supplierId === first.supplierId,
    );
    if (isBusy) return 'lane busy';
    let collected: Amount = { items: 0, bytes: 0 };
    let blocks = 0;
    for (const { items, supplierId } of collection.waiting) {
      const next = sum(collected, amountOf(items));
      const isBeyond = next.items > most.items || next.bytes > most.bytes;
      if (supplierId !== first.supplierId || (blocks > 0 && isBeyond)) break;
      collected = next;
      blocks += 1;
    }
    const partitions =
      partitionBytes === undefined ? 1 : Math.max(1, Math.ceil(collected.bytes / partitionBytes));
    const taken = collection.waiting.splice(0, blocks);
    const { flushed = 0 } = collection;
    const isAsked = ({ isReturned, age }: Block) => isReturned || age <= flushed;
    if (!collection.waiting.some(isAsked)) collection.flushed = undefined;
    this.batches.push({
      id: batchId,
      collection,
      supplierId: first.supplierId,
      collected,
      items: taken.flatMap(({ items }) => items),
      lines: linesIn(taken),
      newest: Math.max(0, ...taken.filter(({ isReturned }) => !isReturned).map(({ age }) => age)),
      ages: new Map(),
      partitions,
      filled: new Set(),
      merged: { items: 0, bytes: 0 },
      state: 'sealing',
      takenBy: null,
      requests: [],
      failedKeys: new Set(),
      failed: 0,
    });
    return undefined;
  }

  /** Whether a partition can be what the store says. */
  isPartition(batch: Batch, lines: readonly Item[], isLast: boolean): boolean {
    const keys = new Set(lines.map(keyOf));
    const expected = batch.items.filter((item) => isLast || keys.has(keyOf(item)));
    const sorted = (items: readonly Item[]) =>
      JSON.stringify([...keys].map((key) => items.filter((item) => keyOf(item) === key)));
    return expected.length === lines.length && sorted(expected) === sorted(lines);
  }

  fill(
    batch: Batch,
    partition: number,
    pieces: readonly { request: number; stage: number; items: Item[] }[],
    failed: readonly FailedLine[],
    newest: readonly NewestLine[],
    lines: readonly Item[],
    at: number,
  ): void {
    batch.filled.add(partition);
    const keys = new Set(lines.map(keyOf));
    // What is new of a key is the newer the more it comes after; what was rejected stays in its order among all keys.
    const ranks = new Map<string, number>();
    let lastRejected = 0;
    let lastItem = -1;
    for (const [line, item] of lines.entries()) {
      const key = keyOf(item);
      const before = lines.slice(0, line).filter((each) => keyOf(each) === key).length;
      const ageAt = (lowest: number): number => {
        const rank = Math.max(lowest, (ranks.get(key) ?? -1) + 1);
        ranks.set(key, rank);
        return batch.lines.get(key)?.[before] ?? batch.newest + rank;
      };
      for (const rejected of failed.filter((each) => each.line === line)) {
        this.#keep(
          batch.collection,
          'failed',
          batch,
          rejected,
          at,
          ageAt(Math.max(lastRejected, lastItem + 1)),
        );
        lastRejected = ranks.get(key) ?? 0;
      }
      const own = newest.filter((each) => each.line === line).sort((one, other) => one.stage - other.stage);
      for (const { stage } of own) {
        batch.ages.set(`${stage} ${key}`, ageAt(Math.max(stage, lastRejected)));
        lastItem = Math.max(lastItem, ranks.get(key) ?? 0);
      }
    }
    batch.items = batch.items.filter((item) => !keys.has(keyOf(item)));
    for (const { request: number, stage, items } of pieces) {
      let request = batch.requests.find((each) => each.number === number);
      if (request === undefined) {
        request = {
          ...{ number, stage, pieces: [], state: 'waiting', uncertain: 0, jobId: null },
          ...{ failed: 0, written: 0, outcome: null },
        };
        batch.requests.push(request);
      }
      request.pieces.push(items);
      batch.merged = sum(batch.merged, amountOf(items, ',\n'));
      for (const kept of this.#olderFailed(batch, stage, new Set(items.map(keyOf)))) {
        if (kept.isReplaced) continue;
        kept.isReplaced = true;
        kept.replacedBy = batch.id;
      }
    }
    batch.failed += failed.length;
  }

  /** Whether a batch holds both what came back and what is new of one key. */
  isMixed({ lines }: Batch): boolean {
    return [...lines.values()].some((ages) => ages.at(-1) === null && ages[0] !== null);
  }

  sealed(batch: Batch): string | undefined {
    if (batch.filled.size < batch.partitions) return 'STORE_FAILED';
    if (batch.state === 'sealing') batch.state = 'sealed';
    return undefined;
  }

  take(batch: Batch, nodeId: string): string | undefined {
    if (batch.state === 'sealing') return 'unknown';
    if (batch.state === 'ended') return 'ended';
    if (batch.state === 'sending' && batch.takenBy?.process === this.process) return 'taken';
    batch.state = 'sending';
    batch.takenBy = { nodeId, process: this.process };
    return undefined;
  }

  untake(batch: Batch): void {
    if (batch.state !== 'sending' || batch.takenBy?.process !== this.process) return;
    batch.state = 'sealed';
    batch.takenBy = null;
  }

  split(batch: Batch, number: number): boolean | string {
    const request = batch.requests.find((each) => each.number === number);
    if (request === undefined) return unknown;
    const items = request.pieces.flat();
    if (request.state !== 'waiting' || items.length < 2) return false;
    const half = Math.ceil(items.length / 2);
    request.pieces = [items.slice(0, half)];
    batch.requests.push({
      ...request,
      number: Math.max(...batch.requests.map((each) => each.number)) + 1,
      ...{ pieces: [items.slice(half)], failed: 0, written: 0 },
    });
    return true;
  }

  withhold(batch: Batch, number: number, reason: string, at: number): number | string {
    const request = batch.requests.find((each) => each.number === number);
    if (request === undefined) return unknown;
    if (request.state === 'ended') return request.written + request.failed;
    const follows = (line: string) => JSON.parse(line.split('\t')[1] ?? '[]') as string[];
    for (const piece of request.pieces) {
      const held = piece.filter(([line]) => follows(line).some((key) => batch.failedKeys.has(key)));
      this.#fail(batch, request, held, () => reason, at);
      piece.splice(0, piece.length, ...piece.filter((item) => !held.includes(item)));
    }
    return request.pieces.flat().length;
  }

  endRequest(
    batch: Batch,
    number: number,
    reasonOf: (key: string) => string | undefined,
    outcome: string,
    at: number,
  ): string | undefined {
    const request = batch.requests.find((each) => each.number === number);
    if (request === undefined) return unknown;
    if (request.state === 'ended') return undefined;
    for (const piece of request.pieces) {
      const failed = piece.filter((item) => reasonOf(keyOf(item)) !== undefined);
      const written = piece.filter((item) => !failed.includes(item));
      this.#fail(batch, request, failed, reasonOf, at);
      request.written += written.length;
      const replaced = this.#olderFailed(batch, request.stage, new Set(written.map(keyOf)));
      for (const kept of replaced) if (kept.replacedBy === batch.id) delete kept.replacedBy;
    }
    Object.assign(request, { pieces: [], state: 'ended', outcome });
    return undefined;
  }

  end(batch: Batch, outcome: string): string | undefined {
    if (batch.state === 'ended') return undefined;
    const isOpen = batch.requests.some(({ state }) => state !== 'ended');
    if (isOpen || batch.state === 'sealing') return 'STORE_FAILED';
    batch.state = 'ended';
    batch.failedKeys.clear();
    for (const kept of batch.collection.kept) {
      if (kept.replacedBy !== batch.id) continue;
      kept.isReplaced = false;
      delete kept.replacedBy;
    }
    this.outcomes.push({ batch, outcome });
    return undefined;
  }

  /** Whether the request of a batch can be sent. */
  isWaiting(batch: Batch, number: number): boolean {
    return batch.requests.some((each) => each.number === number && each.state === 'waiting');
  }

  attempt(id: number, batch: Batch, number: number): void {
    const request = batch.requests.find((each) => each.number === number) as Request;
    request.uncertain += 1;
    const items = request.pieces.flat().length;
    this.attempts.push({ id, batch, request, items, process: this.process, attempts: 1, state: 'open' });
  }

  again(attempt: Attempt): string | undefined {
    if (attempt.state !== 'open') return unknown;
    attempt.attempts += 1;
    if (attempt.request.state === 'waiting') attempt.request.uncertain += 1;
    return undefined;
  }

  accepted(attempt: Attempt, jobId: string): void {
    attempt.state = 'accepted';
    const { request } = attempt;
    if (request.state !== 'waiting') return;
    Object.assign(request, { state: 'accepted', jobId, uncertain: request.uncertain - 1 });
  }

  failed(attempt: Attempt, outcome: 'not sent' | 'unknown'): void {
    if (attempt.state !== 'open') return;
    attempt.state = 'unknown';
    if (outcome === 'unknown') return;
    attempt.request.uncertain -= attempt.attempts;
    this.attempts = this.attempts.filter((each) => each !== attempt);
  }

  abandoned(): void {
    for (const attempt of this.attempts) {
      if (attempt.state === 'open' && attempt.process !== this.process) attempt.state = 'unknown';
    }
  }

  keys({ state, request, items }: Attempt): readonly string[] | undefined {
    const keys = request.pieces.flat().map(keyOf);
    return state === 'unknown' || keys.length !== items ? undefined : keys;
  }

  /** All that can be seen, but for ids and places. */
  snapshot() {
    const kept = (collection: Collection, which: KeptKind) =>
      collection.kept
        .filter(({ kind }) => kind === which)
        .map(({ key, text, reason, batchId, at, isReplaced }) => ({
          key,
          text,
          reason,
          batchId,
          at,
          isReplaced,
        }));
    const amount = (items: readonly Kept[]) => amountOf(items.map(({ text }): Item => ['', text]));
    const of = (collection: Collection, which: KeptKind) =>
      collection.kept.filter(({ kind }) => kind === which);
    return {
      collections: this.collections.map((collection) => ({
        waiting: amountOf(collection.waiting.flatMap(({ items }) => items)),
        oldestAt: collection.waiting[0]?.at ?? null,
        isFlushAsked: collection.flushed !== undefined,
        failed: amount(of(collection, 'failed')),
        rejected: amount(of(collection, 'rejected')),
        kept: [kept(collection, 'failed'), kept(collection, 'rejected')],
        outcomes: this.outcomes
          .filter(({ batch }) => batch.collection === collection)
          .map(({ batch, outcome }) => [batch.id, outcome]),
      })),
      unfinished: this.batches.filter(({ state }) => state !== 'ended').map(({ id }) => id),
      batches: this.batches.map((batch) => ({
        id: batch.id,
        supplierId: batch.supplierId,
        state: batch.state,
        collected: batch.collected,
        merged: batch.merged,
        takenBy: batch.takenBy && {
          nodeId: batch.takenBy.nodeId,
          here: batch.takenBy.process === this.process,
        },
        failed: batch.failed,
        requests: [...batch.requests]
          .sort((one, other) => one.stage - other.stage || one.number - other.number)
          .map(({ number, stage, pieces, state, uncertain, jobId, failed, written, outcome }) => ({
            number,
            stage,
            state,
            jobId,
            failed,
            outcome,
            isPerhapsReceived: uncertain > 0,
            items: state === 'ended' ? written + failed : pieces.flat().length,
            length: amountOf(pieces.flat(), ',\n').bytes + 2,
            held: pieces.flat(),
          })),
      })),
    };
  }

  #collection(id: number): Collection {
    return this.collections.find((each) => each.id === id) as Collection;
  }

  #isSealing(collection: Collection): boolean {
    return this.batches.some((batch) => batch.collection === collection && batch.state === 'sealing');
  }

  #olderFailed(batch: Batch, stage: number, keys: ReadonlySet<string>): Kept[] {
    const { collection, supplierId } = batch;
    return collection.kept.filter(
      (kept) =>
        kept.kind === 'failed' &&
        kept.supplierId === supplierId &&
        keys.has(kept.key ?? '') &&
        kept.age < ageOf(batch, kept.key ?? '', stage),
    );
  }

  #fail(
    batch: Batch,
    request: Request,
    items: readonly Item[],
    reasonOf: (key: string) => string | undefined,
    at: number,
  ): void {
    const isFollowed = batch.requests.some(({ stage }) => stage > request.stage);
    for (const item of items) {
      const key = keyOf(item);
      const kept = { key, text: item[1], reason: reasonOf(key) ?? '' };
      this.#keep(batch.collection, 'failed', batch, kept, at, ageOf(batch, key, request.stage));
      if (isFollowed) batch.failedKeys.add(key);
    }
    request.failed += items.length;
    batch.failed += items.length;
  }

  #keep(
    collection: Collection,
    kind: KeptKind,
    batch: Batch | null,
    item: NewKept,
    at: number,
    age = 0,
  ): void {
    const { key, text, reason } = item;
    collection.kept.push({
      ...{ key, text, reason },
      ...{ kind, at, isReplaced: false },
      batchId: batch?.id ?? null,
      supplierId: batch?.supplierId ?? null,
      age,
    });
  }
}
