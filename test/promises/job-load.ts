/**
 * A working day of jobs in scaled time: what it costs to follow them, and how soon their ends are known.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { pollDelay } from '../../src/jobs/poll-schedule.ts';
import type { RecordedRequest } from '../../src/simulator/index.ts';
import { Stage, stockItem } from '../jobs/support/stage.ts';

/** How long a run is. */
export interface JobLoadOptions {
  readonly jobs: number;
  /** Hours of Norce's time over which the jobs are spread. */
  readonly hours: number;
  /** Milliseconds that stand for a minute. */
  readonly minute: number;
  /** Part of the jobs that take half an hour to two hours, and not 10 minutes at most. */
  readonly longShare: number;
  readonly hasEvents: boolean;
}

/** What a run has shown. */
export interface JobLoadResult {
  readonly jobs: number;
  /** Jobs whose end was told, and as it was. */
  readonly right: number;
  /** Requests that looked at jobs: List, Get and GetLog. */
  readonly polls: number;
  /** The same as a share of what the limit allows in this time. */
  readonly share: number;
  /** Requests over the limit. */
  readonly overLimit: number;
  /** With events: looks at jobs of which no event had told. */
  readonly unannounced: number;
  /** The time from the end of a job until it was known, as a multiple of the pause between two looks at it; medians. */
  readonly medianLag: number;
  readonly largestLag: number;
}

const limit = 60;
/** Minutes that a job takes. */
const durations = { short: [0.2, 10], long: [30, 120] } as const;

function duration(longShare: number): number {
  const [from, to] = Math.random() < longShare ? durations.long : durations.short;
  return (from + Math.random() * (to - from)) * 60_000;
}

/** Takes events as the event node does: on disk, then to the tracker. */
async function receiver(stage: Stage, onEvent: (jobId: string) => void): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { JobId, StatusId } = JSON.parse(body) as { JobId: number; StatusId: number };
    const { scope } = stage.connection;
    const job = { jobId: String(JobId), status: StatusId };
    await stage.store.events.add(
      { scope, nodeId: 'event', type: 'JobCompletedEvent', body, job },
      Date.now(),
    );
    onEvent(job.jobId);
    stage.tracker.announce(scope, job.jobId);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Runs it all. */
export async function followJobs({
  jobs,
  hours,
  minute,
  longShare,
  hasEvents,
}: JobLoadOptions): Promise<JobLoadResult> {
  const stage = await Stage.start({
    minute,
    mood: 'hostile',
    latency: { minimum: 0, maximum: minute * 0.01 },
    // An event that comes before the end says nothing of it: that job has to be looked at.
    eventDisorder: { early: 0 },
    // Our side is not scaled: it may take as long as it does.
    eventTimeout: 3600,
  });
  const { simulator } = stage;
  const known = new Map<string, { readonly at: number; readonly result: string }>();
  const announced = new Map<string, number>();
  const server = hasEvents
    ? await receiver(stage, (jobId) => announced.set(jobId, announced.get(jobId) ?? performance.now()))
    : undefined;
  if (server !== undefined) {
    const { port } = server.address() as AddressInfo;
    simulator.webhooks.setTarget('JobCompletedEvent', { url: `http://127.0.0.1:${port}/` });
    // The first event says that events are on.
    await simulator.webhooks.send('JobCompletedEvent', { JobId: 1, StatusId: 2 });
    while (announced.size === 0) await wait(5);
  }
  const begin = performance.now();
  const followed: Promise<void>[] = [];
  try {
    for (let number = 0; number < jobs; number++) {
      simulator.outcomes.addJob({ endsAfter: duration(longShare), count: 1 });
      const jobId = await stage.job([stockItem(number)]);
      followed.push(
        stage.outcome(jobId).then(({ result }) => {
          known.set(jobId, { at: Date.now(), result });
        }),
      );
      const due = begin + ((number + 1) * hours * 60 * minute) / jobs;
      await wait(Math.max(0, due - performance.now()));
    }
    await Promise.all(followed);
    const minutes = (performance.now() - begin) / minute;
    return judge(stage, minutes, known, announced);
  } finally {
    await stage.end();
    server?.close();
    server?.closeAllConnections();
  }
}

function judge(
  { simulator, minute }: Stage,
  minutes: number,
  known: ReadonlyMap<string, { readonly at: number; readonly result: string }>,
  announced: ReadonlyMap<string, number>,
): JobLoadResult {
  const looks = simulator.requests.filter(({ path }) => /\/Job\/(?:Get|List|GetLog)\b/.test(path));
  const ours = simulator.jobs.filter((job) => !job.isForeign);
  const lags = ours
    .flatMap(({ id, start, stop }) => {
      const told = known.get(String(id));
      if (told === undefined || stop === null) return [];
      const pause = pollDelay(stop.getTime() - start.getTime(), minute, false);
      return [Math.max(0, told.at - stop.getTime()) / pause];
    })
    .sort((one, other) => one - other);
  return {
    jobs: ours.length,
    right: ours.filter(
      ({ id, status }) => known.get(String(id))?.result === (status === 2 ? 'succeeded' : 'failed'),
    ).length,
    polls: looks.length,
    share: looks.length / (limit * minutes),
    overLimit: simulator.requests.filter(({ status }) => status === 429).length,
    unannounced: unannouncedLooks(looks, announced),
    medianLag: lags[Math.floor(lags.length / 2)] ?? Number.NaN,
    largestLag: lags.at(-1) ?? Number.NaN,
  };
}

/** Looks at jobs of which no event had told: at one job before its event, or at all of them when none was new. */
function unannouncedLooks(looks: readonly RecordedRequest[], announced: ReadonlyMap<string, number>): number {
  const read = new Set<string>();
  let count = 0;
  for (const { at, path } of looks) {
    const told = [...announced]
      .filter(([jobId, time]) => time <= at && !read.has(jobId))
      .map(([jobId]) => jobId);
    const asked = new URL(path, 'http://localhost').searchParams.get('id');
    const known = asked === null ? told : told.filter((jobId) => jobId === asked);
    if (known.length === 0) count += 1;
    for (const jobId of known) read.add(jobId);
  }
  return count;
}
