/**
 * Follows the jobs of one Connect to their end, over as few requests as possible.
 */
import { type Backoff, backoffDelay, type Clock, type Connection, RollingLog } from '../connection/index.ts';
import { asError, ConnectError } from '../errors.ts';
import type { EndedJob, FollowedJob, JobResult, Scope, Store } from '../store/index.ts';
import { getJob, listJobs } from './job-calls.ts';
import { endOf, isAnswer, jobEnd, problemsOfJob, refusals, withoutId } from './job-end.ts';
import type { KeysOfRow } from './job-log.ts';
import { type JobState, resultOf } from './job-state.ts';
import type { JobDetails } from './outcome.ts';
import { pollDelay, pollShare } from './poll-schedule.ts';
import { type User, Users } from './users.ts';

/** What is told while jobs are followed. */
export interface TrackerListener {
  /** Connect said something new of a job that runs. */
  progress(job: FollowedJob, state: JobState): void;
  ended(job: EndedJob): void;
  /** Connect cannot be asked, or the store cannot be written; it is tried again. */
  trouble(scope: Scope, error: Error): void;
}

/** What a tracker needs from outside. */
export interface TrackerOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Length of a minute in milliseconds. */
  readonly minute: number;
  readonly random: () => number;
  /** Identity keys of an item of an import, as its log shows it. */
  readonly keysOf: (importName: string) => KeysOfRow;
}

interface Tracked {
  job: FollowedJob;
  /** Milliseconds for which it had been followed at a moment of the clock that nobody sets. */
  followed: { readonly duration: number; readonly at: number };
  dueAt: number;
  /** What Connect said last. */
  state?: JobState;
  /** It has ended in this state, and its log is to be read. */
  endState?: JobState;
  /** Job/List did not have it. */
  isMissing: boolean;
  /** An event has told of its end; none will tell once more. */
  isAnnounced: boolean;
  failedReads: number;
  /** Since when Connect says that it does not know the job. */
  unknownSince: number | undefined;
}

/** In minutes: how long events are counted on after one has come in. */
const eventsMemory = 60;
/** In minutes: after a list that was too long, and at most after one that did not come. */
const longestPauseOfLists = 60;
/** In minutes: the pause after credentials were refused, which no repetition mends. */
const pauseAfterRefusal = 15;
/** In minutes: a job that Connect says it does not know is asked about so long; a gateway may have said it, or a part of Connect that has not heard of the job yet. */
const doubt = 5;
/** In minutes: what is due so soon is looked at along with what is due now. */
const shortlyAfter = 10 / 60;
/** Failures in a row that are worth a word: Connect may turn any single request away. */
const failuresToTell = 3;
/** Attempts to read a log before the end is told without it. */
const mostReads = 5;

/** The jobs of one scope. */
export class ScopeTracker {
  readonly #scope: Scope;
  readonly #options: TrackerOptions;
  readonly #listener: TrackerListener;
  readonly #backoff: Backoff;
  readonly #users = new Users();
  readonly #jobs = new Map<string, Tracked>();
  readonly #polls: RollingLog;
  #isLoaded = false;
  #isBusy = false;
  #failures = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #listsFrom = Number.NEGATIVE_INFINITY;
  #listFailures = 0;
  #eventAt = Number.NEGATIVE_INFINITY;
  #wasLog = false;
  #cancelWake: () => void = () => undefined;

  constructor(scope: Scope, options: TrackerOptions, listener: TrackerListener) {
    const { minute, random } = options;
    this.#scope = scope;
    this.#options = options;
    this.#listener = listener;
    this.#backoff = { base: minute / 12, cap: minute * 5, random };
    this.#polls = new RollingLog(minute);
  }

  /** Jobs can be asked about over this connection, until the function that is returned is called. */
  join(connection: Connection, longestRun: number): () => void {
    const leave = this.#users.join({ connection, longestRun });
    // What was wrong with the former settings may be mended.
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    this.#schedule();
    return () => {
      leave();
      this.#schedule();
    };
  }

  /** Follows a job; once more for a new run. */
  follow(job: FollowedJob): void {
    const known = this.#jobs.get(job.jobId);
    if (known !== undefined && known.job.run >= job.run) {
      // One that was followed before it was known whose it is.
      if (known.job.run === job.run) known.job = job;
      return;
    }
    const isAnnounced = job.announced !== null;
    this.#jobs.set(job.jobId, {
      job,
      followed: { duration: 0, at: this.#now() },
      dueAt: isAnnounced ? this.#now() : this.#next(0, false),
      isMissing: false,
      isAnnounced,
      failedReads: 0,
      unknownSince: undefined,
    });
    if (isAnnounced) this.#eventAt = this.#now();
    this.#schedule();
  }

  /** An event has told that a job has ended. How is asked once; the event does not say it all, and may be an old one. */
  announce(jobId: string): void {
    this.#eventAt = this.#now();
    const tracked = this.#jobs.get(jobId);
    if (tracked === undefined) return;
    tracked.isAnnounced = true;
    this.look(jobId);
  }

  /** A job is looked at as soon as there is room for it. */
  look(jobId: string): void {
    const tracked = this.#jobs.get(jobId);
    if (tracked === undefined) return;
    tracked.dueAt = this.#now();
    this.#schedule();
  }

  /** Stops asking. */
  close(): void {
    this.#users.clear();
    this.#cancelWake();
  }

  #now(): number {
    return this.#options.clock.now();
  }

  /** For how long a job has been followed; who sets the clock forward has not waited. */
  #age({ followed }: Tracked): number {
    return followed.duration + this.#now() - followed.at;
  }

  #next(age: number, isAnnounced: boolean): number {
    const { minute } = this.#options;
    const hasEvents = !isAnnounced && this.#now() - this.#eventAt < eventsMemory * minute;
    return this.#now() + pollDelay(age, minute, hasEvents);
  }

  #schedule(): void {
    this.#cancelWake();
    if (this.#isBusy || this.#users.size === 0) return;
    const now = this.#now();
    const earliest = this.#isLoaded ? Math.min(...[...this.#jobs.values()].map(({ dueAt }) => dueAt)) : now;
    if (earliest === Number.POSITIVE_INFINITY) return;
    const roomAt = this.#polls.roomAt(now, 1, pollShare(this.#users.limit));
    const at = Math.max(earliest, roomAt, this.#pausedUntil);
    this.#cancelWake = this.#options.clock.after(at - now, () => this.#work(), true);
  }

  #work(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#step()
      .then(
        () => {
          this.#failures = 0;
        },
        (thrown: unknown) => this.#pause(asError(thrown)),
      )
      .finally(() => {
        this.#isBusy = false;
        this.#schedule();
      });
  }

  #pause(error: Error): void {
    const { minute } = this.#options;
    this.#failures += 1;
    const isRefused = error instanceof ConnectError && refusals.has(error.code);
    const isEverybodyTried = this.#failures >= this.#users.size;
    const delay =
      isRefused && isEverybodyTried
        ? pauseAfterRefusal * minute
        : backoffDelay(this.#failures, this.#backoff);
    this.#users.takeTurns();
    this.#pausedUntil = this.#now() + delay;
    if (isRefused || this.#failures >= failuresToTell) this.#listener.trouble(this.#scope, error);
  }

  /** One request at the most. */
  async #step(): Promise<void> {
    if (!this.#isLoaded) {
      await this.#load();
      return;
    }
    const user = this.#users.next;
    const now = this.#now();
    const due = [...this.#jobs.values()]
      .filter(({ dueAt }) => dueAt <= now)
      .sort((one, other) => one.dueAt - other.dueAt);
    const first = this.#choose(due);
    if (user === undefined || first === undefined) return;
    this.#polls.take();
    try {
      if (first.endState !== undefined) await this.#readLog(user, first, first.endState);
      else if (this.#isForList(first)) await this.#list(user, due);
      else await this.#get(user, first);
    } finally {
      this.#polls.end(this.#now());
    }
  }

  /** The first that is due; logs and states in turn, so that many logs do not hide how the other jobs are. */
  #choose(due: readonly Tracked[]): Tracked | undefined {
    const others = due.filter(({ endState }) => (endState !== undefined) !== this.#wasLog);
    const first = others[0] ?? due[0];
    this.#wasLog = first?.endState !== undefined;
    return first;
  }

  /** Jobs that a former process followed. */
  async #load(): Promise<void> {
    const jobs = await this.#options.store.jobs.unfinished(this.#scope);
    this.#isLoaded = true;
    for (const { followedFor, ...job } of jobs) {
      this.follow(job);
      const tracked = this.#jobs.get(job.jobId);
      if (tracked === undefined) continue;
      tracked.followed = { duration: followedFor, at: this.#now() };
      tracked.dueAt = this.#now();
    }
  }

  /** One request for all that are due now, or will be before there is room for another. */
  #isForList(first: Tracked): boolean {
    if (first.isMissing || this.#now() < this.#listsFrom) return false;
    const soon = this.#now() + shortlyAfter * this.#options.minute;
    const many = [...this.#jobs.values()].filter(
      ({ endState, isMissing, dueAt }) => endState === undefined && !isMissing && dueAt <= soon,
    );
    return many.length > 1;
  }

  async #list(user: User, due: readonly Tracked[]): Promise<void> {
    let states: readonly JobState[];
    try {
      states = await listJobs(user.connection, { priority: 'polls', once: true });
    } catch (thrown) {
      this.#withoutList(thrown);
      if (!isAnswer(thrown)) throw thrown;
      return;
    }
    this.#listFailures = 0;
    const known = new Map(states.map((state) => [state.jobId, state]));
    for (const tracked of [...this.#jobs.values()]) {
      if (tracked.endState !== undefined) continue;
      const state = known.get(tracked.job.jobId);
      const isDue = due.includes(tracked);
      if (state !== undefined) await this.#apply(tracked, state, isDue);
      else if (isDue) tracked.isMissing = true;
    }
  }

  /** The jobs are asked about one by one instead: for long where the list is too long, else ever longer, because any request may fail once. */
  #withoutList(thrown: unknown): void {
    this.#listFailures += 1;
    const isTooLong = thrown instanceof ConnectError && thrown.code === 'ANSWER_TOO_LARGE';
    const pause = isTooLong
      ? longestPauseOfLists
      : Math.min(2 ** (this.#listFailures - 1), longestPauseOfLists);
    this.#listsFrom = this.#now() + pause * this.#options.minute;
  }

  async #get(user: User, tracked: Tracked): Promise<void> {
    const { job } = tracked;
    // Whatever comes of it, the other jobs are looked at before this one is again.
    tracked.dueAt = this.#next(this.#age(tracked), tracked.isAnnounced);
    let state: JobState;
    try {
      state = await getJob(user.connection, job.jobId, { priority: 'polls', once: true });
    } catch (thrown) {
      await this.#withoutState(tracked, thrown);
      return;
    }
    tracked.isMissing = false;
    await this.#apply(tracked, state, true);
  }

  /** Connect has not said how the job is. */
  async #withoutState(tracked: Tracked, thrown: unknown): Promise<void> {
    if (!isAnswer(thrown)) throw thrown;
    if (thrown.code === 'NOT_FOUND') {
      tracked.unknownSince ??= this.#now();
      if (this.#now() - tracked.unknownSince < doubt * this.#options.minute) return;
      const message = 'Connect does not know this job, or no longer.';
      await this.#end(tracked, 'unknown', { reason: { code: 'JOB_NOT_FOUND', message } });
      return;
    }
    if (this.#age(tracked) < this.#users.longestRun) throw thrown;
    await this.#end(tracked, 'unknown', { reason: { code: 'JOB_NOT_ENDED', message: thrown.message } });
  }

  /** @param isDue it was this job's turn; others are seen in passing */
  async #apply(tracked: Tracked, state: JobState, isDue: boolean): Promise<void> {
    tracked.unknownSince = undefined;
    const result = resultOf(state);
    const isFormerRun = tracked.job.formerStop !== null && state.stop === tracked.job.formerStop;
    if (result === undefined || isFormerRun) {
      await this.#goOn(tracked, state);
      return;
    }
    // Events are on, but this one did not come in time: the others are not counted on until the next one does.
    if (isDue && !tracked.isAnnounced) this.#eventAt = Number.NEGATIVE_INFINITY;
    if (result === 'succeeded' && (state.fail ?? 0) === 0) {
      await this.#end(tracked, result, { state: withoutId(state) });
      return;
    }
    tracked.endState = state;
    tracked.dueAt = this.#now();
  }

  async #goOn(tracked: Tracked, state: JobState): Promise<void> {
    const isNews = tracked.state === undefined || tracked.state.status !== state.status;
    tracked.state = state;
    tracked.dueAt = this.#next(this.#age(tracked), tracked.isAnnounced);
    if (isNews) this.#listener.progress(tracked.job, state);
    if (this.#age(tracked) < this.#users.longestRun) return;
    await this.#end(tracked, 'unknown', {
      state: withoutId(state),
      reason: {
        code: 'JOB_NOT_ENDED',
        message: 'The job has not ended in time. It may still do so: look at it in the admin UI.',
      },
    });
  }

  async #readLog({ connection }: User, tracked: Tracked, state: JobState): Promise<void> {
    const { store, keysOf } = this.#options;
    const { result, details } = endOf(state);
    try {
      const problems = await problemsOfJob(connection, tracked.job, store, keysOf);
      await this.#end(tracked, result, { ...details, problems });
    } catch (thrown) {
      if (!isAnswer(thrown)) throw thrown;
      tracked.failedReads += 1;
      tracked.dueAt = this.#now() + backoffDelay(tracked.failedReads, this.#backoff);
      const mayPass = thrown.status !== undefined && thrown.status >= 500;
      if (mayPass && tracked.failedReads < mostReads) return;
      const { code, message } = thrown;
      await this.#end(tracked, result, { ...details, logError: { code, message } });
    }
  }

  async #end(tracked: Tracked, result: JobResult, details: JobDetails): Promise<void> {
    const { store, clock } = this.#options;
    const { jobId, run } = tracked.job;
    const ended = await store.jobs.end(this.#scope, jobId, run, jobEnd(result, details, clock.date()));
    if (this.#jobs.get(jobId) === tracked) this.#jobs.delete(jobId);
    if (ended !== undefined) this.#listener.ended(ended);
  }
}
