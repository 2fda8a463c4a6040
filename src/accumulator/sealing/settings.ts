/**
 * The settings under which a batch is sealed.
 */
import { isDeepStrictEqual } from 'node:util';
import { type HeaderList, headers, imports } from '../../contract/index.ts';
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

/** The switches under which Connect clears before it imports; one that the contract no longer knows is none of them. */
function clearing({ import: importName, switches }: PrepareOptions): ReadonlySet<string> {
  const lists: Readonly<Record<string, HeaderList>> = headers[imports[importName].header].lists;
  return new Set(
    Object.entries(switches).flatMap(([list, chosen]) =>
      (lists[list]?.values ?? [])
        .filter(
          ({ name, number, clearsFirst }) =>
            clearsFirst && (chosen.includes(name) || chosen.includes(number)),
        )
        .map(({ name }) => name),
    ),
  );
}

/**
 * What has to be done so that a batch can be sealed under other options; undefined where it can. With what clears first
 * all that waited is in one request: another choice of it would clear what it should not, or not what it should.
 */
function misfit(batch: Batch, other: PrepareOptions): string | undefined {
  const [former, present] = [clearing(batchOptions(batch)), clearing(other)];
  if (!isDeepStrictEqual(former, present)) {
    return former.size === 0
      ? 'turn off the switches that clear first'
      : `of the switches that clear first turn on ${[...former].join(' and ')}, and no other,`;
  }
  const isWhole = batch.partitions <= 1 || isDivisible(preparation(other));
  return isWhole ? undefined : 'use the former version of the package';
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
  const advice = misfit(batch, other);
  if (advice !== undefined) {
    throw new ConnectError(
      refusal.code,
      `It was begun under settings that are not valid any more, and those of now do not fit it. Nothing of it is lost: ${advice} until it has been sent. ${refusal.message}`,
      { cause: refusal },
    );
  }
  return { batch: await batches.changeSettings(batch.id, JSON.stringify(other)), refusal };
}
