/**
 * Keeps the ledger's entry of one request: from before its first attempt to the job that Connect made of it.
 */
import type { Clock } from '../connection/index.ts';
import { asError } from '../errors.ts';
import type { JobTracker } from '../jobs/index.ts';
import type { NewRequest, Store } from '../store/index.ts';

/** Where requests are noted, and their jobs followed. */
export interface Ledger {
  readonly store: Store;
  readonly tracker: JobTracker;
  readonly clock: Clock;
}

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
   * @returns why it cannot be followed, if so: that it was accepted is true all the same
   */
  async accepted(jobId: string): Promise<Error | undefined> {
    if (this.#id === undefined) return undefined;
    const { store, tracker, clock } = this.#ledger;
    try {
      tracker.follow(await store.requests.accepted(this.#id, jobId, clock.date()));
      return undefined;
    } catch (thrown) {
      return asError(thrown);
    }
  }

  /** It has ended without a job. */
  async failed(outcome: 'not sent' | 'unknown'): Promise<void> {
    if (this.#id === undefined) return;
    const { store, clock } = this.#ledger;
    // An entry that cannot be closed counts as unknown after the next start, which is the careful reading.
    await store.requests.failed(this.#id, outcome, clock.date()).catch(() => undefined);
  }
}
