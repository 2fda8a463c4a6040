/**
 * The settings under which a batch is sealed.
 */
import { isDeepStrictEqual } from 'node:util';
import { asError, ConnectError } from '../../errors.ts';
import { isDivisible, type PrepareOptions, preparation } from '../../prepare/index.ts';
import type { Batch, BatchStore } from '../../store/index.ts';

/**
 * The options of a batch: those of its accumulator when it was begun, but for the supplier. Its items are of the
 * SupplierId under which they were collected, whatever the accumulator has been set to since.
 */
export function batchOptions({
  settings,
  supplierId,
}: Pick<Batch, 'settings' | 'supplierId'>): PrepareOptions {
  const options = JSON.parse(settings) as PrepareOptions;
  return supplierId === null ? options : { ...options, supplierId };
}

/** Why options that were stored are not valid any more, because the package is newer; undefined where they are. */
export function refusalOf(options: PrepareOptions): ConnectError | undefined {
  try {
    preparation(options);
    return undefined;
  } catch (thrown) {
    return thrown instanceof ConnectError
      ? thrown
      : new ConnectError('OPTION_INVALID', asError(thrown).message, { cause: thrown });
  }
}

/** Whether a batch could have been begun under other options as it is, with these items in these partitions. */
function fits(batch: Batch, other: PrepareOptions): boolean {
  const prepared = preparation(other);
  if (batch.partitions > 1) return isDivisible(prepared);
  // What clears first goes in one batch with all that waits: unless the switches are the same, something may be missing.
  return !prepared.plan.clearsFirst || isDeepStrictEqual(batchOptions(batch).switches, other.switches);
}

/** A batch that can be sealed, and why it had to be given other settings. */
export interface ValidBatch {
  readonly batch: Batch;
  readonly refusal?: ConnectError;
}

/**
 * Sees to it that a batch can be sealed. Where the settings under which it was begun are not valid any more it is
 * given the present ones of its accumulator, under which what waits is sealed too: nothing of it has been sent.
 *
 * @throws ConnectError `STORE_…`, and what `preparation` throws where the present settings do not fit the batch: it is
 *   as it was
 */
export async function withValidSettings(
  batch: Batch,
  present: PrepareOptions,
  batches: Pick<BatchStore, 'changeSettings'>,
): Promise<ValidBatch> {
  const refusal = refusalOf(batchOptions(batch));
  if (refusal === undefined) return { batch };
  const other = batchOptions({ settings: JSON.stringify(present), supplierId: batch.supplierId });
  if (!fits(batch, other)) {
    throw new ConnectError(
      refusal.code,
      `It was begun under settings that are not valid any more, and those of now do not fit it. Nothing of it is lost: turn off the switches that clear first until it has been sent. ${refusal.message}`,
      { cause: refusal },
    );
  }
  return { batch: await batches.changeSettings(batch.id, JSON.stringify(other)), refusal };
}
