/**
 * Jobs that Connect may have made of a request whose answer was lost: nobody knows their ids.
 */
import type { Clock } from '../connection/index.ts';
import { listJobs, resultOf } from '../jobs/index.ts';
import type { Store } from '../store/index.ts';
import type { Way } from './ways.ts';

/** In minutes: how long they are waited for. */
const longestWait = 60;

/** The jobs that run when it is first looked at and that the ledger does not know. Used for one wait. */
export class ForeignJobs {
  readonly #jobs: Store['jobs'];
  readonly #clock: Clock;
  readonly #until: number;
  #suspects: ReadonlySet<string> | undefined;

  /** @param minute in milliseconds */
  constructor({ jobs }: Pick<Store, 'jobs'>, clock: Clock, minute: number) {
    this.#jobs = jobs;
    this.#clock = clock;
    this.#until = clock.now() + longestWait * minute;
  }

  /** They have been waited for long enough. */
  get isOver(): boolean {
    return this.#clock.now() >= this.#until;
  }

  /**
   * Looks once.
   *
   * @returns whether all of them have ended, or have turned out to be known
   * @throws ConnectError as `listJobs`, `STORE_…`
   */
  async haveEnded(way: Way): Promise<boolean> {
    const unknown = await this.#unknown(way);
    // What comes later was made after the attempt.
    const suspects = [...(this.#suspects ?? unknown)].filter((jobId) => unknown.has(jobId));
    this.#suspects = new Set(suspects);
    return suspects.length === 0;
  }

  async #unknown({ connection, signal }: Way): Promise<ReadonlySet<string>> {
    const unknown = new Set<string>();
    for (const state of await listJobs(connection, { priority: 'imports', signal })) {
      if (resultOf(state) !== undefined) continue;
      if ((await this.#jobs.find(connection.scope, state.jobId)) === undefined) unknown.add(state.jobId);
    }
    return unknown;
  }
}
