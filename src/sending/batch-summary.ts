/**
 * What is told of a batch: when it is offered, while it is sent, and when it has ended.
 */
import type { Batch, BatchRequest, NewKept } from '../store/index.ts';

/** A batch as messages name it: plain JSON. */
export interface BatchOffer {
  readonly id: string;
  readonly import: string;
  readonly collection: string;
  /** The base address of its Connect. */
  readonly connection: string;
  readonly supplierId?: number;
  readonly items: number;
  /** Of its items' texts. */
  readonly bytes: number;
}

/** How one request of a batch ended. */
export interface RequestSummary {
  readonly jobId?: string;
  readonly result: 'succeeded' | 'failed' | 'unknown' | 'not sent';
  readonly items: number;
  /** Items that were kept as failed. */
  readonly failed: number;
  readonly code?: string;
  readonly message?: string;
}

/** How a batch ended. */
export interface BatchSummary {
  readonly batch: BatchOffer;
  /**
   * `released`: every item was written. `failed`: some are kept as failed, with their reasons; or a full feed was not
   * taken, and is held.
   */
  readonly result: 'released' | 'failed';
  readonly items: number;
  readonly failed: number;
  readonly requests: readonly RequestSummary[];
  /** The first failed items. */
  readonly failures: readonly { readonly key: string | null; readonly reason: unknown }[];
}

/** How the sending of a batch stands. */
export interface SendingState {
  readonly requests: { readonly ended: number; readonly all: number };
  /** Everything has been accepted, and jobs are waited for. */
  readonly isInJob: boolean;
  /** Why it does not go on at present; since when in milliseconds since 1970. */
  readonly blocked?: { readonly code: string; readonly message: string; readonly since: number };
}

/** What the ledger keeps of a request's end. */
export type StoredEnd = Omit<RequestSummary, 'items' | 'failed' | 'jobId'>;

/** A batch as messages name it. */
export function offerOf({
  id,
  import: name,
  name: collection,
  scope,
  supplierId,
  merged,
}: Batch): BatchOffer {
  return {
    id,
    import: name,
    collection,
    connection: scope,
    ...(supplierId === null ? {} : { supplierId }),
    items: merged.items,
    bytes: merged.bytes,
  };
}

function requestSummary({ outcome, items, failed, jobId }: BatchRequest): RequestSummary {
  const end = outcome === null ? ({ result: 'unknown' } as const) : (JSON.parse(outcome) as StoredEnd);
  return { ...(jobId === null ? {} : { jobId }), ...end, items, failed };
}

/** How a batch ended, from what the store has of it. */
export function summaryOf(
  batch: Batch,
  requests: readonly BatchRequest[],
  failures: { readonly count: number; readonly first: readonly Pick<NewKept, 'key' | 'reason'>[] },
): BatchSummary {
  const ends = requests.map(requestSummary);
  const isReleased = failures.count === 0 && ends.every(({ result }) => result === 'succeeded');
  return {
    batch: offerOf(batch),
    result: isReleased ? 'released' : 'failed',
    items: batch.merged.items,
    failed: failures.count,
    requests: ends,
    failures: failures.first.map(({ key, reason }) => ({ key, reason: JSON.parse(reason) as unknown })),
  };
}
