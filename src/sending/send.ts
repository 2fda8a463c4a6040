/**
 * Sends the requests of one message and says of each what became of it.
 */
import type { Connection, Progress } from '../connection/index.ts';
import { type ImportName, importHeaderName, imports } from '../contract/index.ts';
import { asError, ConnectError } from '../errors.ts';
import { type JobResponse, parseJobResponse } from '../jobs/index.ts';
import type { PreparedItem, PreparedRequest, RequestHeader } from '../prepare/index.ts';
import { requestBody } from './body.ts';
import { Fates } from './fates.ts';
import type { JobEnd } from './job-ends.ts';
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

/** Items that Connect has not taken, or perhaps not, as a whole or in part: their `whole` is to be given back. */
export interface FailedItems {
  readonly items: readonly PreparedItem[];
  /** Above 0 for what was to follow something else, such as fields that follow a full feed as changes. */
  readonly stage: number;
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
  /** Resolves when a job has ended; rejects when that cannot be found out. */
  readonly jobEnded: (jobId: string, signal: AbortSignal) => Promise<JobEnd>;
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
  { header, items, bytes, counts }: PreparedRequest,
  { connection, import: name, nodeId, ledger }: SendOptions,
): LedgerEntry {
  const { SupplierId: supplierId, FullFile: fullFile } = header;
  return new LedgerEntry(ledger, {
    scope: connection.scope,
    import: name,
    ...(typeof supplierId === 'number' ? { supplierId } : {}),
    fullFile: fullFile === true,
    ...(counts === undefined ? {} : { counts: new Map(counts) }),
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

/** Undefined when the signal comes before the job ends. */
async function endOf(jobId: string, { jobEnded, signal }: SendOptions): Promise<JobEnd | undefined> {
  try {
    return await jobEnded(jobId, signal);
  } catch {
    return signal.aborted ? undefined : { result: 'unknown' };
  }
}

/** Sends the requests of one message, stage by stage. */
class Sending {
  readonly #options: SendOptions;
  readonly #listener: SendListener;
  readonly #fates: Fates;
  /** Why nothing more is sent. */
  #fatal: ConnectError | undefined;

  constructor(requests: readonly PreparedRequest[], options: SendOptions, listener: SendListener) {
    this.#options = options;
    this.#listener = listener;
    this.#fates = new Fates(requests);
  }

  /** Sends what can be sent of one stage, and waits for the jobs for which a later one waits. */
  async stage(requests: readonly PreparedRequest[]): Promise<void> {
    const ready = requests.flatMap((request) => this.#ready(request));
    const waiting = [...ready];
    const accepted: AcceptedRequest[] = [];
    const work = async (): Promise<void> => {
      for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
        const result = await sendOne(request, this.#options, this.#listener).catch(asConnectError);
        if (!(result instanceof ConnectError)) {
          this.#listener.accepted(result);
          accepted.push(result);
        } else {
          this.#failed(request, result);
        }
        if (this.#fatal !== undefined) return;
      }
    };
    if (this.#fatal === undefined) {
      await Promise.all(Array.from({ length: Math.min(mostAtOnce, ready.length) }, work));
    }
    if (this.#fatal !== undefined) this.#notSent(waiting, this.#fatal);
    else await Promise.all(accepted.map((request) => this.#waitFor(request)));
  }

  /** Tells of items that were not tried. */
  #notSent(requests: readonly Pick<PreparedRequest, 'items' | 'stage'>[], error: ConnectError): void {
    this.#tell(
      requests.flatMap(({ items }) => items),
      { error, outcome: 'not sent', stage: Math.max(0, ...requests.map(({ stage }) => stage)) },
    );
  }

  #ready(request: PreparedRequest): PreparedRequest[] {
    const { request: left, blocked } = this.#fates.ready(request);
    for (const { items, error } of blocked) this.#notSent([{ items, stage: request.stage }], error);
    return left === undefined ? [] : [left];
  }

  #failed({ items, header, stage }: PreparedRequest, error: ConnectError): void {
    this.#fates.requestFailed(items, error);
    this.#tell(items, { header, error, outcome: outcomeOf(error), stage });
    if (endsAll.has(error.code)) this.#fatal = error;
  }

  async #waitFor({ request, jobId, perhapsReceivedBefore }: AcceptedRequest): Promise<void> {
    if (!this.#fates.isFollowed(request)) return;
    if (perhapsReceivedBefore) this.#fates.perhapsRepeated(request, jobId);
    const end = await endOf(jobId, this.#options);
    if (end !== undefined) this.#fates.jobEnded(request, jobId, end);
    else
      this.#fatal = new ConnectError('NOT_SENT', `Job ${jobId} had not ended when everything was stopped.`);
  }

  #tell(items: readonly PreparedItem[], failed: Omit<FailedItems, 'items'>): void {
    const untold = this.#fates.untold(items);
    if (untold.length > 0) this.#listener.failed({ items: untold, ...failed });
  }
}

/**
 * Sends requests, a few at a time and stage by stage; resolves when each has ended. Nothing is thrown: each
 * request is told of once, as accepted or as failed, and each item that was not written as a whole once as
 * failed, whatever became of its slices. After an error that concerns the connection as a whole, what has not
 * been tried fails with it, together.
 *
 * What follows a job that did not succeed, or an item that its log names as failed, fails with `FORMER_JOB_FAILED`
 * (`details.jobId`), and so do later changes of what Connect may import once more, because the answer to an attempt
 * was lost; what follows a request that was not accepted with `STAGE_NOT_SENT`.
 */
export async function sendRequests(
  requests: readonly PreparedRequest[],
  options: SendOptions,
  listener: SendListener,
): Promise<void> {
  const sending = new Sending(requests, options, listener);
  const stages = new Map<number, PreparedRequest[]>();
  for (const request of requests) {
    const stage = stages.get(request.stage);
    if (stage === undefined) stages.set(request.stage, [request]);
    else stage.push(request);
  }
  for (const [, stage] of [...stages].sort(([one], [other]) => one - other)) await sending.stage(stage);
}
