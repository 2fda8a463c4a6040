/**
 * Keeps the ledger's entry of one request: from before its first attempt to the job that Connect made of it.
 */
import type { Clock } from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import type { JobTracker } from '../jobs/index.ts';
import type { NewRequest, Store } from '../store/index.ts';

/** Where requests are noted, and their jobs followed. */
export interface Ledger {
  readonly store: Store;
  readonly tracker: JobTracker;
  readonly clock: Clock;
}

/** In milliseconds: the pause until what could not be noted is noted again. */
const pauseAfterFailure = 5000;

/** After these nothing can be noted any more. */
const finalCodes = new Set(['STORE_CLOSED', 'STORE_ENTRY_UNKNOWN']);

/** The entry of one request; used once. */
export class LedgerEntry {
  readonly #ledger: Ledger;
  readonly #request: NewRequest;
  #id: number | undefined;

  constructor(ledger: Ledger, request: NewRequest) {
    this.#ledger = ledger;
    this.#request = request;
  }

  /**
   * An attempt is about to go out.
   *
   * @throws ConnectError `STORE_…`: then it must not
   */
  async attempt(): Promise<void> {
    const { store, clock } = this.#ledger;
    if (this.#id === undefined) this.#id = await store.requests.begin(this.#request, clock.date());
    else await store.requests.again(this.#id, clock.date());
  }

  /**
   * Connect has made a job of it; it is followed from now on.
   *
   * @returns why it cannot be followed at present, if so: that it was accepted is true all the same, and is noted as
   *   soon as the store can be written, because a restart of an older job must know of it
   */
  async accepted(jobId: string): Promise<Error | undefined> {
    if (this.#id === undefined) return undefined;
    return note(this.#ledger, this.#id, jobId, this.#ledger.clock.date());
  }

  /** It has ended without a job. */
  async failed(outcome: 'not sent' | 'unknown'): Promise<void> {
    if (this.#id === undefined) return;
    const { store, clock } = this.#ledger;
    // An entry that cannot be closed counts as unknown after the next start, which is the careful reading.
    await store.requests.failed(this.#id, outcome, clock.date()).catch(() => undefined);
  }
}

/** Notes an acceptance; once more later where that fails, without the request and its keys in memory. */
async function note(ledger: Ledger, id: number, jobId: string, at: number): Promise<Error | undefined> {
  const { store, tracker, clock } = ledger;
  try {
    tracker.follow(await store.requests.accepted(id, jobId, at));
    return undefined;
  } catch (thrown) {
    const error = asError(thrown);
    const mayPass = !(error instanceof ConnectError && finalCodes.has(error.code));
    if (mayPass) clock.after(pauseAfterFailure, () => void note(ledger, id, jobId, at), true);
    return error;
  }
}
