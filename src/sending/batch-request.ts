/**
 * Sends one request of a batch: its body comes from the store, and its attempts are noted before they go out.
 */
import type { Body, Connection, Progress } from '../connection/index.ts';
import { type ImportName, importHeaderName, imports } from '../contract/index.ts';
import { type JobResponse, parseJobResponse } from '../jobs/index.ts';
import type { RequestHeader } from '../prepare/index.ts';
import type { Batch, BatchRequest, Store } from '../store/index.ts';
import { giveBack } from '../transferable.ts';
import { isPerhapsTaken, withCode } from './batch-failure.ts';
import { type Ledger, LedgerEntry } from './ledger-entry.ts';
import { isWholeRequest } from './whole-request.ts';

/** Bytes that are read from the store at once. */
const pageBytes = 1024 * 1024;

/** A request of a batch that Connect has taken. */
export interface AcceptedBatchRequest extends JobResponse {
  readonly request: BatchRequest;
  readonly header: RequestHeader;
  /** Requests that were sent until this one was answered. */
  readonly attempts: number;
  /** An earlier attempt may have been taken too, so that Connect runs the same import twice. */
  readonly perhapsReceivedBefore: boolean;
  /** Why the store does not know of it yet, where it could not be noted. */
  readonly unfollowed?: Error;
}

async function* chunksOf({ batches }: Store, id: string, number: number): AsyncGenerator<Uint8Array> {
  const pageAfter = (position: number) => {
    const page = batches.pieces(id, number, position, pageBytes);
    // Whoever sends may break off before he needs it.
    page.catch(() => undefined);
    return page;
  };
  let before = '[';
  for (let page = pageAfter(-1); ; ) {
    const pieces = await page;
    const last = pieces.at(-1);
    if (last === undefined) break;
    // Read while this one is sent.
    page = pageAfter(last.position);
    for (const { keys, texts } of pieces) {
      // Only the texts are sent.
      giveBack(keys);
      yield Buffer.from(before);
      yield texts;
      before = ',\n';
    }
  }
  yield Buffer.from(before === '[' ? '[]' : ']');
}

function bodyOf(store: Store, id: string, { number, length }: BatchRequest): Body {
  return { length, chunks: () => chunksOf(store, id, number) };
}

/** What sending a request needs. */
export interface BatchRequestOptions {
  readonly ledger: Ledger;
  readonly connection: Connection;
  readonly batch: Batch;
  readonly nodeId: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/**
 * Sends a request once more or for the first time, over as many attempts as the connection makes. When it resolves
 * the store knows the job, or will be told of it as soon as it can be written.
 *
 * @throws ConnectError as `Connection.call`; `OUTCOME_UNKNOWN` when no job id can be read; `STORE_…`
 */
export async function sendBatchRequest(
  request: BatchRequest,
  { ledger, connection, batch, nodeId, signal, progress }: BatchRequestOptions,
): Promise<AcceptedBatchRequest> {
  const header = JSON.parse(request.header) as RequestHeader;
  const entry = new LedgerEntry(ledger, {
    scope: batch.scope,
    import: batch.import,
    ...(batch.supplierId === null ? {} : { supplierId: batch.supplierId }),
    fullFile: header.FullFile === true,
    header: request.header,
    items: request.items,
    bytes: request.length,
    keys: [],
    nodeId,
    batch: { id: batch.id, request: request.number },
  });
  try {
    const answer = await connection.call({
      method: 'POST',
      path: imports[batch.import as ImportName].path,
      headers: { [importHeaderName.toLowerCase()]: request.header },
      contentType: 'application/json; charset=utf-8',
      body: bodyOf(ledger.store, batch.id, request),
      priority: 'imports',
      // What may have been taken must not run twice at once: whoever calls finds out first.
      repeatable: !isWholeRequest(batch.import as ImportName, header),
      signal,
      beforeAttempt: () => entry.attempt(),
      onProgress: progress,
    });
    const response = parseJobResponse(answer.text);
    const unfollowed = await entry.accepted(response.jobId);
    const { attempts, perhapsReceivedBefore } = answer;
    const accepted = { ...response, request, header, attempts, perhapsReceivedBefore };
    return unfollowed === undefined ? accepted : { ...accepted, unfollowed };
  } catch (thrown) {
    const error = withCode(thrown);
    await entry.failed(isPerhapsTaken(error) ? 'unknown' : 'not sent');
    throw error;
  }
}
