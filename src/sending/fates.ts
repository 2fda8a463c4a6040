/**
 * What became of the items of one message so far: which of them others must not follow, and whom a listener
 * has been told of already.
 */
import { ConnectError } from '../errors.ts';
import { type PreparedItem, type PreparedRequest, withItems } from '../prepare/index.ts';
import type { JobEnd } from './job-ends.ts';

/** Items that cannot be sent, with the reason that they share. */
export interface Blocked {
  readonly items: readonly PreparedItem[];
  readonly error: ConnectError;
}

function jobError(jobId: string, result: JobEnd['result'] | 'refused'): ConnectError {
  const what = {
    succeeded: '',
    refused: `Job ${jobId} did not import these items; its log says why`,
    failed: `Job ${jobId} failed`,
    unknown: `How job ${jobId} ended, or which of its items it did not import, is not known`,
  }[result];
  return new ConnectError(
    'FORMER_JOB_FAILED',
    `${what}. It held these items, or an earlier change of the same records, and what follows it was not sent.`,
    { details: { jobId } },
  );
}

function requestError(cause: ConnectError): ConnectError {
  return new ConnectError(
    'STAGE_NOT_SENT',
    `An earlier change of the same record was not accepted (${cause.code}), and this one must not overtake it.`,
    { cause },
  );
}

function repeatError(jobId: string): ConnectError {
  return new ConnectError(
    'FORMER_JOB_FAILED',
    `The answer to an earlier attempt was lost, so Connect may import what job ${jobId} holds once more, at any time. A later change of the same records must not come before that, and was not sent.`,
    { details: { jobId } },
  );
}

/** Remembers the items of one message. */
export class Fates {
  /** Why an item that did not end well keeps back those that follow it. */
  readonly #bad = new Map<PreparedItem, ConnectError>();
  /** Why an item of which Connect may run a part again keeps back later changes, though not its own slices. */
  readonly #repeated = new Map<PreparedItem, ConnectError>();
  readonly #followed: ReadonlySet<PreparedItem>;
  /** Items told of as failed, by the first of their positions. */
  readonly #told = new Set<number>();

  constructor(requests: readonly PreparedRequest[]) {
    const followed = new Set<PreparedItem>();
    for (const { items, stage } of requests) {
      if (stage === 0) continue;
      for (const { follows } of items) for (const former of follows) followed.add(former);
    }
    this.#followed = followed;
  }

  /** Whether anything waits for a request. */
  isFollowed({ items }: PreparedRequest): boolean {
    return this.#followed.size > 0 && items.some((item) => this.#followed.has(item));
  }

  /** The request was not accepted, or perhaps not. */
  requestFailed(items: readonly PreparedItem[], error: ConnectError): void {
    this.#keepBack(items, requestError(error));
  }

  /**
   * The request was accepted, and perhaps an earlier attempt of it too. Slices of one item write different
   * fields, so that none of them is undone when an earlier one runs again.
   */
  perhapsRepeated({ items }: PreparedRequest, jobId: string): void {
    const error = repeatError(jobId);
    for (const item of items) if (this.#followed.has(item)) this.#repeated.set(item, error);
  }

  /** The job of an accepted request has ended. */
  jobEnded({ items }: PreparedRequest, jobId: string, { result, failedKeys }: JobEnd): void {
    if (result !== 'succeeded') {
      this.#keepBack(items, jobError(jobId, result));
    } else if (failedKeys !== undefined) {
      const refused = items.filter(({ key }) => failedKeys.has(key));
      this.#keepBack(refused, jobError(jobId, 'refused'));
    }
  }

  /** What of a request can be sent now; undefined where nothing can. */
  ready(request: PreparedRequest): {
    readonly request: PreparedRequest | undefined;
    readonly blocked: Blocked[];
  } {
    if (request.stage === 0) return { request, blocked: [] };
    const byReason = new Map<ConnectError, PreparedItem[]>();
    const items = request.items.filter((item) => {
      const reason = item.follows
        .map((former) => this.#bad.get(former) ?? this.#repeatBefore(item, former))
        .find((error) => error !== undefined);
      if (reason === undefined) return true;
      this.#keepBack([item], reason);
      const others = byReason.get(reason);
      if (others === undefined) byReason.set(reason, [item]);
      else others.push(item);
      return false;
    });
    const blocked = [...byReason].map(([error, of]) => ({ items: of, error }));
    if (blocked.length === 0) return { request, blocked };
    return { request: items.length === 0 ? undefined : withItems(request, items), blocked };
  }

  /** Those of whom nothing has been told yet, each item once; they count as told from now on. */
  untold(items: readonly PreparedItem[]): PreparedItem[] {
    return items.filter(({ indexes }) => {
      const first = indexes[0] as number;
      if (this.#told.has(first)) return false;
      this.#told.add(first);
      return true;
    });
  }

  /** Why a former item, parts of which may run again, keeps this one back. */
  #repeatBefore(item: PreparedItem, former: PreparedItem): ConnectError | undefined {
    const error = this.#repeated.get(former);
    if (error === undefined || item.indexes !== former.indexes) return error;
    this.#repeated.set(item, error);
    return undefined;
  }

  #keepBack(items: readonly PreparedItem[], error: ConnectError): void {
    for (const item of items) if (this.#followed.has(item)) this.#bad.set(item, error);
  }
}
