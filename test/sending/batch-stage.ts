/**
 * Batches that are sealed in a real store, and a sender of them, on a local Connect.
 */

import { randomUUID } from 'node:crypto';
import { type Clock, type Connection, systemClock } from '../../src/connection/index.ts';
import type { ImportName } from '../../src/contract/index.ts';
import { keysOfItem, type PrepareOptions, preparation, prepare } from '../../src/prepare/index.ts';
import {
  type AcceptedBatchRequest,
  BatchSender,
  type BatchSummary,
  type Taker,
} from '../../src/sending/index.ts';
import type { KeptItem, NewPiece } from '../../src/store/index.ts';
import { Stage, type StageOptions } from '../jobs/support/stage.ts';
import { bytesOf } from '../support/bytes.ts';

/** A request of a batch: items of one shape. */
export interface Wish {
  readonly items: readonly Record<string, unknown>[];
  /** 0 unless given. */
  readonly stage?: number;
  /** Each item follows those of earlier stages with the same key, as slices of one item do. */
  readonly follows?: boolean;
  /** Items of one piece; all of them unless given. */
  readonly pieceItems?: number;
  /** As in the options of `prepare`. */
  readonly switches?: PrepareOptions['switches'];
}

/** Price lists in a request that clears their population before it imports. */
export const clearing: Wish = {
  items: ['A', 'B'].map((Code) => ({ Code, Name: 'n', Population: { Type: 1, Categories: [] } })),
  switches: { PriceListFieldsThatAreSet: ['PopulationCleanup'] },
};

/** What was told of a batch. */
export interface Told {
  readonly id: string;
  readonly accepted: AcceptedBatchRequest[];
  readonly warnings: string[];
  readonly ended: Promise<BatchSummary>;
  summary: BatchSummary | undefined;
}

/** Name by which the config node of the stage is known. */
export const ownConnection = 'own';

/** What differs between one stage and another. */
export interface BatchStageOptions extends StageOptions {
  /** The sender's pauses are short, whatever they should be. */
  readonly isHasty?: boolean;
}

/** The stage. */
export class BatchStage {
  readonly stage: Stage;
  /** Pauses that the sender has asked for, in minutes. */
  readonly pauses: number[] = [];
  readonly #isHasty: boolean;
  #sender: BatchSender;
  #leave: () => void;

  private constructor(stage: Stage, isHasty: boolean) {
    this.stage = stage;
    this.#isHasty = isHasty;
    this.#sender = this.#newSender();
    this.#leave = this.#sender.join(stage.connection, ownConnection);
  }

  static async start({ isHasty = false, ...options }: BatchStageOptions = {}): Promise<BatchStage> {
    return new BatchStage(await Stage.start({ minute: 200, ...options }), isHasty);
  }

  #newSender(): BatchSender {
    const { store, tracker, minute } = this.stage;
    const clock: Clock = {
      ...systemClock,
      after: (delay, callback, background) => {
        this.pauses.push(delay / minute);
        return systemClock.after(this.#isHasty ? Math.min(delay, 5) : delay, callback, background);
      },
    };
    // Without chance: the longest of the pauses that are possible.
    return new BatchSender({ ledger: { store, tracker, clock }, minute, random: () => 0.999 });
  }

  get sender(): BatchSender {
    return this.#sender;
  }

  get store() {
    return this.stage.store;
  }

  get simulator() {
    return this.stage.simulator;
  }

  /** Seals a batch of these requests. */
  async seal(
    wishes: readonly Wish[],
    name: ImportName = 'import-onhands',
    collection = 'changes',
  ): Promise<string> {
    const { batches, collections } = this.store;
    const id = randomUUID();
    const { scope } = this.stage.connection;
    const { id: collectionId } = await collections.open({ scope, import: name, name: collection }, '{}');
    const most = { items: 1000, bytes: 1_000_000 };
    await collections.append(collectionId, { items: 1, bytes: 2, lines: 'k\t{}', supplierId: null }, most, 1);
    const begun = await batches.begin(collectionId, { id, settings: '{}' }, 1);
    if (typeof begun === 'string') throw new Error(begun);
    const pieces: NewPiece[] = [];
    for (const [request, wish] of wishes.entries()) pieces.push(...(await piecesOf(request, wish, name)));
    await batches.fill(id, 0, pieces, [], [], 1);
    await batches.sealed(id);
    return id;
  }

  /** Takes a batch, as an import node does. */
  async take(id: string, by: Partial<Taker> = {}): Promise<Told> {
    let tell: (summary: BatchSummary) => void = () => undefined;
    const ended = new Promise<BatchSummary>((resolve) => {
      tell = resolve;
    });
    const told: Told = { id, accepted: [], warnings: [], ended, summary: undefined };
    const { scope } = this.stage.connection;
    const taker = { scope, import: 'import-onhands', nodeId: 'node', connectionId: ownConnection, ...by };
    await this.sender.take(id, taker, {
      accepted: (accepted) => told.accepted.push(accepted),
      progress: () => undefined,
      warning: (code) => told.warnings.push(code),
      ended: (summary) => {
        told.summary = summary;
        tell(summary);
      },
    });
    return told;
  }

  /** Seals a batch and takes it. */
  async send(wishes: readonly Wish[], name: ImportName = 'import-onhands'): Promise<Told> {
    return this.take(await this.seal(wishes, name), { import: name });
  }

  /** The config node is closed. */
  leave(): void {
    this.#leave();
  }

  /** The config node is made anew. */
  join(connection: Connection = this.stage.connection): void {
    this.#leave = this.sender.join(connection, ownConnection);
  }

  /** Ends our side and begins it anew, as another process does. */
  async restart(): Promise<void> {
    this.leave();
    await this.stage.shut();
    this.stage.open();
    this.#sender = this.#newSender();
    this.join();
  }

  /** Items that are kept as failed. */
  async failed(): Promise<readonly KeptItem[]> {
    const [collection] = await this.store.collections.list();
    return this.store.collections.kept(collection?.id as number, 'failed', 0, 1000);
  }

  /** Codes of why items are kept as failed, by part number. */
  async reasons(): Promise<Record<string, string>> {
    const entries = (await this.failed()).map(({ text, reason }) => [
      JSON.parse(text).PartNo ?? JSON.parse(text).Code,
      JSON.parse(reason).code,
    ]);
    return Object.fromEntries(entries);
  }

  /** Posts of imports so far. */
  get posts(): number {
    return this.simulator.requests.filter(({ path }) => path.includes('/Import')).length;
  }

  /** The stock of a part in the catalogue. */
  onhand(partNo: string): unknown {
    return this.simulator.catalogue.snapshot().onhands.find(({ PartNo }) => PartNo === partNo)?.OnhandValue;
  }

  async end(): Promise<void> {
    this.leave();
    await this.stage.end();
  }
}

async function piecesOf(
  request: number,
  { items, stage = 0, follows = false, pieceItems = items.length, switches = {} }: Wish,
  name: ImportName,
): Promise<NewPiece[]> {
  const plan = preparation({
    import: name,
    accountId: 10_000,
    fullFile: false,
    fields: 'carried',
    clear: {},
    switches,
    unknownProperties: 'reject',
    maximumItems: 100_000,
    maximumBytes: 100_000_000,
  });
  const { requests, rejected } = await prepare(items, plan);
  if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
  const header = JSON.stringify(requests[0]?.header);
  const lines = items.map((item) => {
    const [key] = keysOfItem(name, item);
    return {
      line: follows ? `${key}\t${JSON.stringify([key])}` : (key as string),
      text: JSON.stringify(item),
    };
  });
  const pieces: NewPiece[] = [];
  for (let first = 0; first < lines.length; first += pieceItems) {
    const part = lines.slice(first, first + pieceItems);
    const texts = part.map(({ text }) => text).join(',\n');
    const keys = part.map(({ line }) => line).join('\n');
    pieces.push({
      request,
      stage,
      header,
      items: part.length,
      bytes: Buffer.byteLength(texts),
      keys: bytesOf(keys),
      texts: bytesOf(texts),
    });
  }
  return pieces;
}

/** Waits for something to become true, and fails after 15 s. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`It never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
