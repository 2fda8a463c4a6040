/**
 * What must outlive the process, behind one interface: which engine keeps it is nobody else's business.
 *
 * Every promise resolves when what it says is on disk, or rejects and nothing of it is. Errors are of class
 * ConnectError: `STORE_FULL`, `STORE_FAILED`, `STORE_LOCKED` (retryable), `STORE_DAMAGED`, `STORE_READ_ONLY`,
 * `STORE_NEWER`, `STORE_CLOSED`; and `STORE_ENTRY_UNKNOWN` where a call is about something that the store does not
 * have. All times are milliseconds since 1970, unless said otherwise.
 */
import type { BatchStore, CollectionStore } from './collections.ts';
import type { FeedCounts, FeedStore } from './feeds.ts';
import type { Scope } from './scope.ts';

/** A slot of a throttle that a former process has taken. */
export interface StoredSlot {
  readonly id: number;
  /**
   * Milliseconds since its answer arrived, never less than nothing; undefined where no answer was noted. Where two
   * clocks of the machine disagree, the one that shows less time.
   */
  readonly endedFor: number | undefined;
}

/** The slots of all throttles, so that a restart does not forget the last minute. */
export interface SlotStore {
  /** Slots of a throttle that may still count; those that ended longer than `window` milliseconds ago are dropped. */
  load(throttle: string, window: number): Promise<readonly StoredSlot[]>;
  /** Notes a slot before its request goes out. */
  take(throttle: string): Promise<number>;
  /** The answer has arrived, or the failure is certain. */
  end(id: number): Promise<void>;
  /** Nothing was sent, or the slot has come back: it is forgotten. */
  forget(ids: readonly number[]): Promise<void>;
}

/** What a request is about, as it is noted before its first attempt. */
export interface NewRequest {
  readonly scope: Scope;
  /** Name of the import, such as `import-onhands`. */
  readonly import: string;
  /** Of the request's header, where the import has it. */
  readonly supplierId?: number;
  readonly fullFile: boolean;
  /**
   * Of a full feed that is no batch's: what the next one is compared with, once a job of the request has succeeded
   * (`FeedStore.baselines`).
   */
  readonly counts?: FeedCounts;
  /** The header's value, as JSON. */
  readonly header: string;
  readonly items: number;
  readonly bytes: number;
  /** Identity keys of the items, in their order; of a batch's request they are in the batch. */
  readonly keys: readonly string[];
  /** The request of a batch that this is, where it is one. */
  readonly batch?: { readonly id: string; readonly request: number };
  /** The node that asked for it. */
  readonly nodeId: string;
}

/** A request whose end nobody saw. */
export interface AbandonedRequest {
  readonly id: number;
  readonly import: string;
  readonly items: number;
  readonly nodeId: string;
  readonly lastSentAt: number;
}

/** Requests from their first attempt to their answer. */
export interface RequestStore {
  /** Notes a request with its first attempt, before that goes out. */
  begin(request: NewRequest, at: number): Promise<number>;
  /** Notes another attempt, before it goes out. */
  again(id: number, at: number): Promise<void>;
  /**
   * Connect has made a job of it, which is followed from now on. What an event said of the job before counts. Where
   * the id belongs to another request already, this is its next run, and the former ends as unknown.
   */
  accepted(id: number, jobId: string, at: number): Promise<FollowedJob>;
  /** It ended without a job. What was surely not carried out is forgotten; what is unknown stays, without its keys. */
  failed(id: number, outcome: 'not sent' | 'unknown', at: number): Promise<void>;
  /**
   * Requests of former processes that ended neither way: their outcome is unknown from now on. Each is given once.
   * Requests begun through this very store are never among them.
   */
  abandoned(scope: Scope, at: number): Promise<readonly AbandonedRequest[]>;
}

/** How a job ended: `unknown` where nobody can tell. */
export type JobResult = 'succeeded' | 'failed' | 'unknown';

/** One run of a job, as the ledger has it. */
export interface JobRun {
  readonly scope: Scope;
  readonly jobId: string;
  /** 1, and one more for each restart under the same id. */
  readonly run: number;
  /** The request that made it; null for a job that was not started from here. */
  readonly requestId: number | null;
  readonly import: string | null;
  readonly supplierId: number | null;
  readonly fullFile: boolean;
  /** Items of the request; null where they are not known. */
  readonly items: number | null;
  /** Id of the job that was restarted and became this one; null for a job of its own. */
  readonly restartOf: string | null;
  /** When the former run under the same id stopped, in Connect's words: as long as it says just that, this one has not begun. */
  readonly formerStop: string | null;
  readonly followedSince: number;
}

/** A job that is followed. */
export interface FollowedJob extends JobRun {
  /** What an event said of this run: its status, and when it came. */
  readonly announced: { readonly status: number; readonly at: number } | null;
}

/** A job that has not ended, as a process finds it that has just started. */
export interface UnfinishedJob extends FollowedJob {
  /** For so many milliseconds it has surely been followed, whatever was done to the clock. */
  readonly followedFor: number;
}

/** How a run ended, as the ledger keeps it. */
export interface JobEnd {
  readonly result: JobResult;
  /** Everything else there is to tell, as JSON. */
  readonly details: string;
  readonly at: number;
}

/** A run that has ended. */
export interface EndedJob extends JobRun, JobEnd {
  /** The same whenever this outcome is told. */
  readonly outcomeId: string;
}

/** A later request of the same import that Connect has taken. */
export interface NewerRequest {
  readonly jobId: string;
  readonly acceptedAt: number;
}

/** The job ledger. Where an id is asked for, its latest run is meant. */
export interface JobStore {
  /**
   * Follows a job that was not started from here, or goes on following a known one; a run that has ended stays
   * ended.
   */
  follow(scope: Scope, jobId: string, at: number): Promise<FollowedJob | EndedJob>;
  /** All that are followed and have not ended, oldest first. */
  unfinished(scope: Scope): Promise<readonly UnfinishedJob[]>;
  find(scope: Scope, jobId: string): Promise<FollowedJob | EndedJob | undefined>;
  /** Keys of the items of a run's request, in their order; undefined where they are not known, or no longer. */
  keys(requestId: number): Promise<readonly string[] | undefined>;
  /**
   * Ends a run, for good: a second end changes nothing and gives back the first. Keys are dropped.
   * @returns undefined when the run is not known
   */
  end(scope: Scope, jobId: string, run: number, end: JobEnd): Promise<EndedJob | undefined>;
  /**
   * Connect runs a known job once more; the new run is followed, under the same id or under a new one, for the same
   * request. What was known of the former run stays; one under the same id whose end is not known ends as unknown.
   *
   * @param formerStop when the former run stopped, in Connect's words
   */
  restarted(
    scope: Scope,
    jobId: string,
    newJobId: string,
    at: number,
    formerStop?: string,
  ): Promise<FollowedJob>;
  /** The latest request of the same scope, import and supplier that Connect has taken after the run's own request. */
  newer(scope: Scope, jobId: string): Promise<NewerRequest | undefined>;
  /**
   * Whether Connect may take, or may have taken, a request of the same scope, import and supplier after the run's own
   * although nobody knows it: one is under way, its answer was lost, or a batch is on its way.
   */
  isNewerUnderWay(scope: Scope, jobId: string): Promise<boolean>;
  /**
   * Forgets runs, requests and announcements that ended before a time and are waited for by nobody; outcomes of batches
   * that nobody has heard until then, and the batches themselves. Failed items stay, and so does the batch of a full
   * feed that is held.
   */
  prune(before: number): Promise<void>;
}

/** A wait for the end of a job, as a node asks for it. */
export interface NewWait {
  readonly scope: Scope;
  readonly jobId: string;
  readonly nodeId: string;
  /** Properties of the message, as JSON. */
  readonly message: string;
  /** When the wait is given up; null for never. */
  readonly limitAt: number | null;
}

/** A wait that is stored. */
export interface Wait extends NewWait {
  readonly id: number;
  readonly run: number;
  readonly since: number;
}

/** A wait whose job has ended, or whose limit has passed. */
export interface DueWait extends Wait {
  /** Null when the limit has passed before the job's end was known. */
  readonly job: EndedJob | null;
}

/** Waits, each until its outcome has been told. */
export interface WaitStore {
  /** For the latest run of a job that is followed; due at once where that has ended. */
  add(wait: NewWait, at: number): Promise<Wait>;
  /** Waits of a node that are not due. */
  pending(nodeId: string, at: number): Promise<readonly Wait[]>;
  /** Waits of a node that can be told now, oldest first. */
  due(nodeId: string, at: number): Promise<readonly DueWait[]>;
  /**
   * Notes that a wait is about to be told.
   * @returns whether it was claimed before by a process that has ended since, so that it may have been told already;
   *   undefined when it is gone
   */
  claim(id: number): Promise<{ readonly isRepeated: boolean } | undefined>;
  /** It has been told. */
  finish(id: number): Promise<void>;
  /** The earliest limit that has not passed for a node; undefined for none. */
  nextLimit(nodeId: string, at: number): Promise<number | undefined>;
  /** Nodes that have waits in a scope, with how many: for what nobody will tell. */
  nodes(scope: Scope): Promise<ReadonlyMap<string, number>>;
}

/** An event as it came in. */
export interface NewEvent {
  readonly scope: Scope;
  readonly nodeId: string;
  /** Such as `JobCompletedEvent`. */
  readonly type: string;
  /** The body, as JSON. */
  readonly body: string;
  /** For a JobCompletedEvent: what it says. */
  readonly job?: { readonly jobId: string; readonly status: number };
}

/** An event that is stored. */
export interface StoredEvent extends NewEvent {
  readonly id: number;
  readonly at: number;
  /** An event of the same scope, node, type and body came before, within a day. */
  readonly isSeenBefore: boolean;
}

/** Events from their arrival until they have been told. */
export interface EventStore {
  /** Notes an event before it is answered. */
  add(event: NewEvent, at: number): Promise<StoredEvent>;
  /** Events of a node that have not been told, oldest first. */
  pending(nodeId: string): Promise<readonly StoredEvent[]>;
  /** As {@link WaitStore.claim}. */
  claim(id: number): Promise<{ readonly isRepeated: boolean } | undefined>;
  /** It has been told; its content is dropped, that it came is remembered for a day. */
  finish(id: number, at: number): Promise<void>;
}

/** The store of one Node-RED. */
export interface Store {
  readonly slots: SlotStore;
  readonly requests: RequestStore;
  readonly jobs: JobStore;
  readonly waits: WaitStore;
  readonly events: EventStore;
  readonly collections: CollectionStore;
  readonly batches: BatchStore;
  readonly feeds: FeedStore;
  /** Resolves when the store can be used. @throws ConnectError why it cannot */
  ready(): Promise<void>;
  /** Ends what is under way and lets go of everything, within 10 s; later calls reject with `STORE_CLOSED`. */
  close(): Promise<void>;
}

/** Whether a run has ended. */
export function isEnded(job: FollowedJob | EndedJob): job is EndedJob {
  return 'outcomeId' in job;
}
