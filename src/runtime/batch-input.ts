/**
 * Batches as import nodes get them from accumulators.
 */
import { ConnectError } from '../errors.ts';
import type { AcceptedBatchRequest, BatchOffer, BatchSummary } from '../sending/index.ts';

/** Texts that tell which batch it is; its other properties are for people. */
const names = ['id', 'import', 'connection'] as const;

/**
 * The batch that a message carries in its `msg.norce.batch`; undefined where it carries items.
 *
 * @throws ConnectError `BATCH_INVALID`
 */
export function batchOf(norce: unknown): BatchOffer | undefined {
  const batch = (norce as { readonly batch?: unknown } | null | undefined)?.batch;
  if (batch === undefined || batch === null) return undefined;
  const properties = batch as Readonly<Record<string, unknown>>;
  const missing = names.find((name) => typeof properties[name] !== 'string' || properties[name] === '');
  if (typeof batch === 'object' && missing === undefined) return batch as BatchOffer;
  const reason = typeof batch === 'object' ? `its ${missing} is missing` : 'it is no object';
  throw new ConnectError(
    'BATCH_INVALID',
    `msg.norce.batch is not as an accumulator gave it out: ${reason}. The batch stays where it is, and is offered again.`,
  );
}

/** What stands under `msg.norce` where Connect has taken a request of a batch. */
export function acceptedProperties(
  { request, header, jobId, validation, attempts, perhapsReceivedBefore }: AcceptedBatchRequest,
  batch: BatchOffer,
): Record<string, unknown> {
  return {
    jobId,
    items: request.items,
    header,
    attempts,
    ...(validation === undefined ? {} : { validation }),
    ...(perhapsReceivedBefore ? { perhapsReceivedBefore } : {}),
    batch,
  };
}

/** The error of a batch of which some was not written; undefined where all of it was. */
export function batchFailure({ batch, items, failed, requests }: BatchSummary): ConnectError | undefined {
  if (failed === 0) return undefined;
  const reason = requests.find(({ message }) => message !== undefined)?.message;
  return new ConnectError(
    'BATCH_FAILED',
    `${failed} of the ${items} items of batch ${batch.id} were not written; the accumulator keeps them with their reasons, until they are requeued or thrown away.${reason === undefined ? '' : ` ${reason}`}`,
    { details: { batchId: batch.id, items, failed } },
  );
}
