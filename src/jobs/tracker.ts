/**
 * Follows all jobs of the ledger, whichever Connect runs them, and tells those who wait how they ended.
 */
import type { Connection } from '../connection/index.ts';
import { asError } from '../errors.ts';
import {
  type DueWait,
  type EndedJob,
  type FollowedJob,
  isEnded,
  type NewWait,
  type Scope,
  type StoredEvent,
  type Wait,
} from '../store/index.ts';
import { Desk, type Receiver } from './desk.ts';
import type { JobState } from './job-state.ts';
import { ScopeTracker, type TrackerOptions } from './scope-tracker.ts';

/** Hears of jobs that nodes wait for. */
export interface JobListener {
  progress(job: FollowedJob, state: JobState): void;
}

/** Hears what keeps jobs from being followed. */
export type TroubleListener = (scope: Scope, error: Error) => void;

interface Follower {
  readonly resolve: (job: EndedJob) => void;
}

const minutesOfDay = 1440;
/** How long outcomes are kept. */
const daysKept = 30;

/** The jobs of one store. */
export class JobTracker {
  /** Waits of nodes for jobs. */
  readonly waits: Desk<DueWait>;
  /** Events for nodes. */
  readonly events: Desk<StoredEvent>;
  readonly #options: TrackerOptions;
  readonly #scopes = new Map<Scope, ScopeTracker>();
  readonly #followers = new Map<string, Set<Follower>>();
  readonly #listeners = new Set<JobListener>();
  readonly #troubleListeners = new Set<TroubleListener>();
  #cancelTidying: (() => void) | undefined;

  constructor(options: TrackerOptions) {
    const { store, clock, minute } = options;
    this.#options = options;
    this.waits = new Desk<DueWait>(
      {
        due: (nodeId, at) => store.waits.due(nodeId, at),
        claim: (id) => store.waits.claim(id),
        finish: (id) => store.waits.finish(id),
        nextDue: (nodeId, at) => store.waits.nextLimit(nodeId, at),
      },
      clock,
      minute,
    );
    this.events = new Desk<StoredEvent>(
      {
        due: (nodeId) => store.events.pending(nodeId),
        claim: (id) => store.events.claim(id),
        finish: (id, at) => store.events.finish(id, at),
      },
      clock,
      minute,
    );
  }

  /**
   * The jobs of a connection's Connect are followed over it, until the function that is returned is called. Without
   * any connection they wait in the ledger.
   *
   * @param longestRun milliseconds after which a job that still runs is given up: its outcome is then unknown
   */
  join(connection: Connection, longestRun: number): () => void {
    if (this.#cancelTidying === undefined) this.#tidy();
    return this.#scope(connection.scope).join(connection, longestRun);
  }

  /** Follows a job that the ledger has. */
  follow(job: FollowedJob): void {
    this.#scope(job.scope).follow(job);
  }

  /**
   * Notes that a node waits for a job, whoever started it; its outcome is told at {@link waits}.
   *
   * @throws ConnectError `STORE_…`
   */
  async wait(wait: NewWait): Promise<Wait> {
    const { store, clock } = this.#options;
    const at = clock.date();
    const job = await store.jobs.follow(wait.scope, wait.jobId, at);
    if (!isEnded(job)) this.follow(job);
    const stored = await store.waits.add(wait, at);
    this.waits.wake(wait.nodeId);
    return stored;
  }

  /**
   * Resolves with the end of a job's latest run.
   *
   * @throws the signal's reason; ConnectError `STORE_…`
   */
  async ended(scope: Scope, jobId: string, signal: AbortSignal): Promise<EndedJob> {
    signal.throwIfAborted();
    const key = keyOf(scope, jobId);
    const followers = this.#followers.get(key) ?? new Set();
    this.#followers.set(key, followers);
    return new Promise<EndedJob>((resolve, reject) => {
      const leave = (): void => {
        signal.removeEventListener('abort', onAbort);
        followers.delete(follower);
        if (followers.size === 0 && this.#followers.get(key) === followers) this.#followers.delete(key);
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      const follower: Follower = {
        resolve(job) {
          leave();
          resolve(job);
        },
      };
      followers.add(follower);
      signal.addEventListener('abort', onAbort, { once: true });
      // It may have ended before anybody asked.
      this.#options.store.jobs.follow(scope, jobId, this.#options.clock.date()).then(
        (job) => {
          if (isEnded(job)) follower.resolve(job);
          else this.follow(job);
        },
        (thrown: unknown) => {
          leave();
          reject(asError(thrown));
        },
      );
    });
  }

  /** An event that is stored has told that a job has ended. */
  announce(scope: Scope, jobId: string): void {
    this.#scope(scope).announce(jobId);
  }

  /** Looks at a job as soon as the share of polls allows it. */
  look(scope: Scope, jobId: string): void {
    this.#scope(scope).look(jobId);
  }

  /** Hears of the progress of all jobs, until the function that is returned is called. */
  listen(listener: JobListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hears of what keeps jobs from being followed, until the function that is returned is called. */
  onTrouble(listener: TroubleListener): () => void {
    this.#troubleListeners.add(listener);
    return () => this.#troubleListeners.delete(listener);
  }

  /** Stops asking. What waits stays in the store. */
  close(): void {
    this.#cancelTidying?.();
    for (const scope of this.#scopes.values()) scope.close();
    this.waits.close();
    this.events.close();
  }

  /** Forgets what ended long ago, now and every day. */
  #tidy(): void {
    const { store, clock, minute } = this.#options;
    const day = minutesOfDay * minute;
    store.jobs.prune(clock.date() - daysKept * day).catch(() => undefined);
    this.#cancelTidying = clock.after(day, () => this.#tidy(), true);
  }

  #scope(scope: Scope): ScopeTracker {
    const known = this.#scopes.get(scope);
    if (known !== undefined) return known;
    const tracker = new ScopeTracker(scope, this.#options, {
      progress: (job, state) => {
        for (const listener of this.#listeners) listener.progress(job, state);
      },
      ended: (job) => this.#tellEnd(job),
      trouble: (where, error) => {
        for (const listener of this.#troubleListeners) listener(where, error);
      },
    });
    this.#scopes.set(scope, tracker);
    return tracker;
  }

  #tellEnd(job: EndedJob): void {
    for (const follower of [...(this.#followers.get(keyOf(job.scope, job.jobId)) ?? [])]) {
      follower.resolve(job);
    }
    this.waits.wake();
  }
}

function keyOf(scope: Scope, jobId: string): string {
  return `${scope} ${jobId}`;
}

/** Whoever takes what a node has waited for. */
export type WaitReceiver = Receiver<DueWait>;
/** Whoever takes events. */
export type EventReceiver = Receiver<StoredEvent>;
