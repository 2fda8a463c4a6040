/**
 * Sends the requests of one message and says of each what became of it.
 */
import type { Connection, Progress } from '../connection/index.ts';
import { type ImportName, importHeaderName, imports } from '../contract/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { type JobResponse, parseJobResponse } from '../jobs/index.ts';
import type { PreparedItem, PreparedRequest, RequestHeader } from '../prepare/index.ts';
import { requestBody } from './body.ts';
import { type Ledger, LedgerEntry } from './ledger-entry.ts';

/** A request that Connect has taken. */
export interface AcceptedRequest extends JobResponse {
  readonly request: PreparedRequest;
  /** Requests that were sent until this one was answered. */
  readonly attempts: number;
  /** An earlier attempt may have been taken too, so that Connect runs the same import twice. */
  readonly perhapsReceivedBefore: boolean;
  /** Why the job is not followed, where the store could not note it. */
  readonly unfollowed?: Error;
}

/** Items that Connect has not taken, or perhaps not. */
export interface FailedItems {
  readonly items: readonly PreparedItem[];
  /** The header under which they were sent; not given for requests that were not even tried. */
  readonly header?: RequestHeader;
  readonly error: ConnectError;
  /** `unknown`: Connect may have taken them. */
  readonly outcome: 'not sent' | 'unknown';
}

/** What is told while a message is under way. */
export interface SendListener {
  accepted(accepted: AcceptedRequest): void;
  failed(failed: FailedItems): void;
  progress(progress: Progress): void;
}

/** How the requests are to be sent. */
export interface SendOptions {
  readonly connection: Connection;
  readonly import: ImportName;
  /** May be sent again when an attempt was perhaps received: not a full feed, nor what clears first. */
  readonly repeatable: boolean;
  /** Cancels what has not been sent. */
  readonly signal: AbortSignal;
  /** The node that sends. */
  readonly nodeId: string;
  readonly ledger: Ledger;
}

/** Requests of one message that are under way at the same time. */
const mostAtOnce = 4;

/** After one of these the other requests of the message would end alike. */
const endsAll = new Set([
  'TOKEN_REJECTED',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_SENT',
  'CONNECTION_CLOSED',
  'CONNECT_UNAVAILABLE',
  'TOKEN_UNAVAILABLE',
]);

function asConnectError(thrown: unknown): ConnectError {
  if (thrown instanceof ConnectError) return thrown;
  const error = asError(thrown);
  return new ConnectError('UNEXPECTED', error.message, { cause: error });
}

/** Any attempt may have been taken, not only the last: the connection remembers it in the details. */
function outcomeOf({ code, details }: ConnectError): FailedItems['outcome'] {
  return code === 'OUTCOME_UNKNOWN' || details?.perhapsReceived === true ? 'unknown' : 'not sent';
}

function entryOf(
  { header, items, bytes }: PreparedRequest,
  { connection, import: name, nodeId, ledger }: SendOptions,
): LedgerEntry {
  const { SupplierId: supplierId, FullFile: fullFile } = header;
  return new LedgerEntry(ledger, {
    scope: connection.scope,
    import: name,
    ...(typeof supplierId === 'number' ? { supplierId } : {}),
    fullFile: fullFile === true,
    header: JSON.stringify(header),
    items: items.length,
    bytes,
    keys: items.map(({ key }) => key),
    nodeId,
  });
}

async function sendOne(
  request: PreparedRequest,
  options: SendOptions,
  listener: SendListener,
): Promise<AcceptedRequest> {
  const entry = entryOf(request, options);
  try {
    const answer = await options.connection.call({
      method: 'POST',
      path: imports[options.import].path,
      headers: { [importHeaderName.toLowerCase()]: JSON.stringify(request.header) },
      contentType: 'application/json; charset=utf-8',
      body: requestBody(request),
      priority: 'imports',
      repeatable: options.repeatable,
      signal: options.signal,
      beforeAttempt: () => entry.attempt(),
      onProgress: (progress) => listener.progress(progress),
    });
    const { attempts, perhapsReceivedBefore } = answer;
    const response = parseJobResponse(answer.text);
    const unfollowed = await entry.accepted(response.jobId);
    const told = { request, ...response, attempts, perhapsReceivedBefore };
    return unfollowed === undefined ? told : { ...told, unfollowed };
  } catch (thrown) {
    const error = asConnectError(thrown);
    await entry.failed(outcomeOf(error));
    throw error;
  }
}

/**
 * Sends requests, a few at a time; resolves when each has ended. Nothing is thrown: each item is told of
 * once, as accepted or as failed. After an error that concerns the connection as a whole, what has not been
 * tried fails with it, together.
 */
export async function sendRequests(
  requests: readonly PreparedRequest[],
  options: SendOptions,
  listener: SendListener,
): Promise<void> {
  const waiting = [...requests];
  let fatal: ConnectError | undefined;
  const work = async (): Promise<void> => {
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      const result = await sendOne(request, options, listener).catch(asConnectError);
      if (!(result instanceof ConnectError)) {
        listener.accepted(result);
      } else {
        const { items, header } = request;
        listener.failed({ items, header, error: result, outcome: outcomeOf(result) });
        if (endsAll.has(result.code)) fatal = result;
      }
      if (fatal !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(mostAtOnce, requests.length) }, work));
  if (fatal !== undefined && waiting.length > 0) {
    listener.failed({
      items: waiting.flatMap((request) => request.items),
      error: fatal,
      outcome: 'not sent',
    });
  }
}
