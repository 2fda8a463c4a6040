/**
 * What the store should answer, kept in plain memory by the words of the interface. Ids come from the real store.
 */
import type {
  DueWait,
  EndedJob,
  FollowedJob,
  JobEnd,
  JobRun,
  Lane,
  NewEvent,
  NewRequest,
  NewWait,
  StoredEvent,
  Wait,
} from '../../../src/store/index.ts';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

interface Request extends NewRequest {
  readonly id: number;
  readonly process: number;
  lastSentAt: number;
  state: 'open' | 'accepted' | 'unknown';
  endedAt?: number;
  jobId?: string;
  hasKeys: boolean;
}

interface Run extends Mutable<JobRun> {
  /** How many announcements had come when the run began; those are not about it. */
  deafTo: number;
  end?: JobEnd & { outcomeId: string };
}

interface Told {
  claims: number[];
}

const day = 24 * 60 * 60 * 1000;

export class Model {
  process = 1;
  slots: { id: number; throttle: string; endedAt?: number }[] = [];
  requests: Request[] = [];
  /** In the order in which Connect took them. */
  acceptances: number[] = [];
  runs: Run[] = [];
  /** By lane and bound: what full feeds are compared with, and the request that it is of. */
  readonly baselines = new Map<string, { readonly items: number; readonly requestId: number }>();
  announcements: { number: number; scope: string; jobId: string; status: number; at: number }[] = [];
  announced = 0;
  /** Of the ends that the test has asked for; those that the store makes by itself have ids that nobody knows. */
  readonly outcomeIds = new Set<string>();
  waits: (Wait & Told & { target: Run })[] = [];
  events: (StoredEvent & Told & { toldAt?: number })[] = [];

  restart(): void {
    this.process += 1;
  }

  begin(id: number, request: NewRequest, at: number): void {
    this.requests.push({
      ...request,
      id,
      process: this.process,
      lastSentAt: at,
      state: 'open',
      hasKeys: true,
    });
  }

  again(id: number, at: number): boolean {
    const request = this.requests.find((each) => each.id === id && each.state === 'open');
    if (request) request.lastSentAt = at;
    return request !== undefined;
  }

  failed(id: number, outcome: 'not sent' | 'unknown', at: number): void {
    const request = this.requests.find((each) => each.id === id && each.state === 'open');
    if (!request) return;
    if (outcome === 'not sent') this.requests.splice(this.requests.indexOf(request), 1);
    else Object.assign(request, { state: 'unknown', endedAt: at, hasKeys: false });
  }

  abandoned(scope: string, at: number) {
    return this.requests
      .filter((each) => each.scope === scope && each.state === 'open' && each.process !== this.process)
      .map((request) => {
        Object.assign(request, { state: 'unknown', endedAt: at, hasKeys: false });
        const { id, items, nodeId, lastSentAt } = request;
        return { id, import: request.import, items, nodeId, lastSentAt };
      });
  }

  accepted(id: number, jobId: string, at: number): FollowedJob | undefined {
    const request = this.requests.find((each) => each.id === id);
    if (!request) return undefined;
    Object.assign(request, { state: 'accepted', endedAt: at, jobId });
    if (!this.acceptances.includes(id)) this.acceptances.push(id);
    const latest = this.#latest(request.scope, jobId);
    if (latest && !latest.end && latest.requestId === id) return this.#told(latest) as FollowedJob;
    return this.#follow(request.scope, jobId, at, {
      requestId: id,
      import: request.import,
      supplierId: request.supplierId ?? null,
      fullFile: request.fullFile,
      items: request.items,
      restartOf: null,
      formerStop: null,
    });
  }

  follow(scope: string, jobId: string, at: number): FollowedJob | EndedJob {
    const latest = this.#latest(scope, jobId);
    return latest ? this.#told(latest) : this.#newRun(scope, jobId, at, this.#foreign());
  }

  find(scope: string, jobId: string): FollowedJob | EndedJob | undefined {
    const latest = this.#latest(scope, jobId);
    return latest && this.#told(latest);
  }

  unfinished(scope: string, at: number) {
    return this.runs
      .filter((run) => run.scope === scope && !run.end)
      .map((run) => ({ ...this.#told(run), followedFor: at - run.followedSince }));
  }

  keys(requestId: number): readonly string[] | undefined {
    const request = this.requests.find(({ id }) => id === requestId);
    return request?.hasKeys ? request.keys : undefined;
  }

  end(scope: string, jobId: string, number: number, end: JobEnd, outcomeId: string): EndedJob | undefined {
    const run = this.runs.find((each) => each.scope === scope && each.jobId === jobId && each.run === number);
    if (!run) return undefined;
    this.#end(run, { ...end, outcomeId });
    return this.#told(run) as EndedJob;
  }

  restarted(scope: string, jobId: string, newJobId: string, at: number): FollowedJob {
    const former = this.#latest(scope, jobId);
    const { requestId, import: name, supplierId, fullFile, items } = former ?? this.#foreign();
    const latest = this.#latest(scope, newJobId);
    if (jobId !== newJobId && latest && !latest.end && latest.restartOf === jobId) {
      return this.#told(latest) as FollowedJob;
    }
    const origin = {
      requestId,
      import: name,
      supplierId,
      fullFile,
      items,
      restartOf: jobId,
      formerStop: null,
    };
    return this.#follow(scope, newJobId, at, origin);
  }

  newer(scope: string, jobId: string) {
    const own = this.requests.find(({ id }) => id === this.#latest(scope, jobId)?.requestId);
    if (!own) return undefined;
    const later = this.acceptances.slice(this.acceptances.indexOf(own.id) + 1);
    const request = this.requests
      .filter(({ id }) => later.includes(id))
      .filter((each) => each.scope === own.scope && each.import === own.import)
      .filter((each) => each.supplierId === own.supplierId)
      .sort((one, other) => later.indexOf(one.id) - later.indexOf(other.id))
      .at(-1);
    return request && { jobId: request.jobId, acceptedAt: request.endedAt };
  }

  prune(before: number): void {
    const isOld = (run: Run) => run.end !== undefined && run.end.at < before;
    const stays = (run: Run) => !isOld(run) || this.waits.some(({ target }) => target === run);
    this.runs = this.runs.filter((run) =>
      this.runs.some((each) => each.scope === run.scope && each.jobId === run.jobId && stays(each)),
    );
    this.requests = this.requests.filter(
      ({ id, endedAt }) =>
        endedAt === undefined || endedAt >= before || this.runs.some(({ requestId }) => requestId === id),
    );
    this.acceptances = this.acceptances.filter((id) => this.requests.some((each) => each.id === id));
    this.announcements = this.announcements.filter(
      ({ at, scope, jobId }) =>
        at >= before || this.runs.some((run) => run.scope === scope && run.jobId === jobId && !run.end),
    );
  }

  addWait(id: number, wait: NewWait, at: number): Wait | undefined {
    const target = this.#latest(wait.scope, wait.jobId);
    if (!target) return undefined;
    const stored = { ...wait, id, run: target.run, since: at };
    this.waits.push({ ...stored, target, claims: [] });
    return stored;
  }

  pendingWaits(nodeId: string, at: number): Wait[] {
    return this.waits
      .filter((wait) => wait.nodeId === nodeId && !this.#isDue(wait, at))
      .map(({ target: _, claims: __, ...wait }) => wait);
  }

  due(nodeId: string, at: number): DueWait[] {
    return this.waits
      .filter((wait) => wait.nodeId === nodeId && this.#isDue(wait, at))
      .map(({ target, claims: _, ...wait }) => ({
        ...wait,
        job: target.end ? (this.#told(target) as EndedJob) : null,
      }));
  }

  nextLimit(nodeId: string, at: number): number | undefined {
    const limits = this.pendingWaits(nodeId, at).flatMap(({ limitAt }) =>
      limitAt === null ? [] : [limitAt],
    );
    return limits.length === 0 ? undefined : Math.min(...limits);
  }

  nodes(scope: string): Map<string, number> {
    const nodes = new Map<string, number>();
    for (const wait of this.waits.filter((each) => each.scope === scope)) {
      nodes.set(wait.nodeId, (nodes.get(wait.nodeId) ?? 0) + 1);
    }
    return nodes;
  }

  claim(told: Told | undefined) {
    if (!told) return undefined;
    told.claims.push(this.process);
    return { isRepeated: told.claims.some((process) => process !== this.process) };
  }

  addEvent(id: number, event: NewEvent, at: number): StoredEvent {
    const isSeenBefore = this.events.some(
      (each) =>
        each.scope === event.scope &&
        each.nodeId === event.nodeId &&
        each.type === event.type &&
        each.body === event.body &&
        each.at >= at - day,
    );
    const stored = { ...event, id, at, isSeenBefore };
    this.events.push({ ...stored, claims: [] });
    if (event.job) {
      const { jobId, status } = event.job;
      this.announced += 1;
      this.announcements.push({ number: this.announced, scope: event.scope, jobId, status, at });
    }
    return stored;
  }

  pendingEvents(nodeId: string): StoredEvent[] {
    return this.events
      .filter((event) => event.nodeId === nodeId && event.toldAt === undefined)
      .map(({ claims: _, ...event }) => event);
  }

  baselinesOf({ scope, import: name, supplierId }: Lane, bounds: readonly string[]) {
    const lane = JSON.stringify([scope, name, supplierId]);
    return new Map(
      bounds.flatMap((bound) => {
        const known = this.baselines.get(lane + bound);
        return known ? [[bound, { items: known.items }] as const] : [];
      }),
    );
  }

  perhapsTaken({ scope, import: name, supplierId }: Lane, bounds: readonly string[]) {
    const lane = JSON.stringify([scope, name, supplierId]);
    const isUnderWay = ({ id, state }: Request) =>
      state === 'open' || this.runs.some(({ requestId, end }) => requestId === id && !end);
    const isUnknown = ({ id, state }: Request) =>
      state === 'unknown' ||
      this.runs.some(({ requestId, end }) => requestId === id && end?.result === 'unknown');
    return new Map(
      bounds.flatMap((bound) => {
        const after = this.baselines.get(lane + bound)?.requestId ?? 0;
        const counts = this.requests
          .filter((each) => each.fullFile && (isUnderWay(each) || (each.id > after && isUnknown(each))))
          .filter((each) => JSON.stringify([each.scope, each.import, each.supplierId ?? null]) === lane)
          .flatMap((each) => each.counts?.get(bound) ?? []);
        const items = Math.max(0, ...counts);
        return items === 0 ? [] : [[bound, items] as const];
      }),
    );
  }

  #succeeded({ id, scope, import: name, supplierId, counts = new Map() }: Request): void {
    const lane = JSON.stringify([scope, name, supplierId ?? null]);
    for (const [bound, items] of counts) {
      const isOlder = id < (this.baselines.get(lane + bound)?.requestId ?? 0);
      if (!isOlder) this.baselines.set(lane + bound, { items, requestId: id });
    }
  }

  #isDue(wait: Wait & { target: Run }, at: number): boolean {
    return wait.target.end !== undefined || (wait.limitAt !== null && wait.limitAt <= at);
  }

  #latest(scope: string, jobId: string): Run | undefined {
    return this.runs.findLast((run) => run.scope === scope && run.jobId === jobId);
  }

  #foreign() {
    const nothing = {
      requestId: null,
      import: null,
      supplierId: null,
      items: null,
      restartOf: null,
      formerStop: null,
    };
    return { ...nothing, fullFile: false };
  }

  #told({ deafTo, end, ...run }: Run): FollowedJob | EndedJob {
    if (end) return { ...run, ...end };
    const announced = this.announcements.findLast(
      ({ number, scope, jobId }) => number > deafTo && scope === run.scope && jobId === run.jobId,
    );
    return { ...run, announced: announced ? { status: announced.status, at: announced.at } : null };
  }

  #newRun(
    scope: string,
    jobId: string,
    at: number,
    origin: Omit<JobRun, 'scope' | 'jobId' | 'run' | 'followedSince'>,
  ) {
    const latest = this.#latest(scope, jobId);
    const run: Run = {
      ...origin,
      scope,
      jobId,
      run: (latest?.run ?? 0) + 1,
      followedSince: at,
      deafTo: latest || origin.restartOf === jobId ? this.announced : 0,
    };
    this.runs.push(run);
    return this.#told(run) as FollowedJob;
  }

  #follow(
    scope: string,
    jobId: string,
    at: number,
    origin: Omit<JobRun, 'scope' | 'jobId' | 'run' | 'followedSince'>,
  ) {
    const latest = this.#latest(scope, jobId);
    if (
      latest &&
      !latest.end &&
      latest.requestId === null &&
      latest.restartOf === null &&
      origin.restartOf !== jobId
    ) {
      Object.assign(latest, origin);
      return this.#told(latest) as FollowedJob;
    }
    const followed = this.#newRun(scope, jobId, at, origin);
    if (latest) this.#end(latest, { result: 'unknown', details: '{}', at, outcomeId: superseded });
    return followed;
  }

  #end(run: Run, end: JobEnd & { outcomeId: string }): void {
    if (run.end) return;
    this.outcomeIds.add(end.outcomeId);
    run.end = end;
    const request = this.requests.find(({ id }) => id === run.requestId);
    if (request && end.result === 'succeeded') this.#succeeded(request);
    if (request && !this.runs.some((each) => each.requestId === request.id && !each.end))
      request.hasKeys = false;
  }
}

/** Stands for the outcome id of a run that the store has ended by itself. */
export const superseded = 'superseded';
