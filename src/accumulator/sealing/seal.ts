/**
 * Brings a batch from what was collected to requests that can be sent. All that it has done is in the store: it can be
 * broken off at any moment, and begun again.
 */
import type { PrepareOptions, PrepareWarning } from '../../prepare/index.ts';
import type { Batch, BatchStore } from '../../store/index.ts';
import { distributedBytes } from './bounds.ts';
import type { Merger } from './merger.ts';
import { openRequests } from './request-packer.ts';
import { batchOptions } from './settings.ts';

/** What sealing takes beside the batch. */
export interface SealSettings {
  readonly batches: Pick<BatchStore, 'distribute' | 'partition' | 'requests' | 'fill' | 'sealed'>;
  readonly merger: Pick<Merger, 'inTurn' | 'merge'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What sealing came to. What an attempt that was broken off has told of is not in it. */
export interface Sealed {
  /** It has no request where none of its items can be sent. */
  readonly batch: Batch;
  /** Items that cannot be sent any more; they are kept as failed. */
  readonly rejected: number;
  readonly warnings: readonly PrepareWarning[];
}

/** Different warnings that are told at most: partitions may say nearly the same in other numbers. */
const mostWarnings = 20;

class Sealing {
  readonly #id: string;
  readonly #options: PrepareOptions;
  readonly #settings: SealSettings;
  readonly #warnings = new Map<string, PrepareWarning>();
  rejected = 0;

  constructor(batch: Batch, settings: SealSettings) {
    this.#id = batch.id;
    this.#options = batchOptions(batch);
    this.#settings = settings;
  }

  get warnings(): PrepareWarning[] {
    return [...this.#warnings.values()];
  }

  /** Merges a partition and puts it into requests, unless that has been done. */
  async fill(partition: number): Promise<void> {
    const { batches, merger, now } = this.#settings;
    const collected = await batches.partition(this.#id, partition);
    if (collected === undefined) return;
    // Read anew for each partition: what an attempt that was broken off has filled in counts too.
    const open = openRequests(await batches.requests(this.#id));
    const merged = await merger.merge({ options: this.#options, ...collected, open });
    const { pieces, rejected, newest, warnings } = merged;
    await batches.fill(this.#id, partition, pieces, rejected, newest, now());
    this.rejected += rejected.length;
    for (const warning of warnings) this.#note(warning);
  }

  #note({ code, message, count }: PrepareWarning): void {
    const known = this.#warnings.get(message);
    if (known === undefined && this.#warnings.size === mostWarnings) return;
    this.#warnings.set(message, { code, message, count: count + (known?.count ?? 0) });
  }
}

/**
 * Seals a batch that has been begun: divides its items into partitions, merges each, and puts what they come to into
 * requests of bounded size. When it was broken off, calling it once more ends with the same requests.
 *
 * @param begun Its settings are {@link PrepareOptions}, the same with which it was given its bounds (`batchBounds`).
 * @throws ConnectError what the store throws, and what {@link Merger.merge} does; the batch is being sealed then as
 *   before
 */
export async function seal(begun: Batch, settings: SealSettings): Promise<Sealed> {
  const { id, partitions } = begun;
  const { batches, merger } = settings;
  const sealing = new Sealing(begun, settings);
  while (await batches.distribute(id, distributedBytes));
  for (let partition = 0; partition < partitions; partition++) {
    await merger.inTurn(() => sealing.fill(partition));
  }
  const batch = await batches.sealed(id);
  return { batch, rejected: sealing.rejected, warnings: sealing.warnings };
}
