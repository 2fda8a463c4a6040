/**
 * How much of what waits goes into one batch, and how it is divided for merging.
 */
import { isDivisible, type PrepareOptions, preparation } from '../../prepare/index.ts';
import type { Amount, NewBatch } from '../../store/index.ts';

/**
 * Bytes of one partition. Merging so many bytes of stock records takes a fortieth of a second and about 20 MB of
 * memory; larger ones take more memory and are not quicker, smaller ones are more rows to write and to read.
 */
export const partitionBytes = 256 * 1024;

/** Bytes that are divided into partitions at a time; the thread of the store does nothing else meanwhile. */
export const distributedBytes = 1024 * 1024;

/**
 * What a batch takes of an import that cannot be divided. All of it is merged at once, in about ten times its bytes of
 * memory, and handed from thread to thread at once, which with 8 MB holds up the main thread for up to 50 ms, with
 * 4 MB for 16 ms. Of short items their number decides, because each takes 2 kB besides its text. The pauses between
 * batches, in which the former's jobs end, hardly count beside batches of this size.
 */
export const mostUndivided: Amount = { items: 20_000, bytes: 4 * 1024 * 1024 };

/**
 * The bounds with which a batch of these options is begun. Under a switch that clears first there are none: what waits
 * goes in one request, because each further one would clear what the former has written.
 *
 * @throws ConnectError what `preparation` throws
 */
export function batchBounds(options: PrepareOptions): Pick<NewBatch, 'most' | 'partitionBytes'> {
  const prepared = preparation(options);
  if (isDivisible(prepared)) return { partitionBytes };
  return prepared.plan.clearsFirst ? {} : { most: mostUndivided };
}
