/**
 * Kills a Node-RED at random points while jobs are under way, and holds what it told against what it had promised.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { fromRoot } from '../../scripts/build/paths.ts';
import { Simulator } from '../../src/simulator/index.ts';
import { processStore } from '../../src/store/index.ts';
import { linked, NodeRed } from '../support/node-red.ts';

/** How long a run is. */
export interface JobKillOptions {
  readonly kills: number;
  /** Jobs that are under way at any time, about. */
  readonly jobs: number;
  /** Norce's events tell of jobs that end. */
  readonly hasEvents: boolean;
}

/** What a run has shown. */
export interface JobKillResult {
  readonly kills: number;
  /** Jobs that Connect made. */
  readonly jobs: number;
  /** Waits that were acknowledged. */
  readonly waits: number;
  /** Acknowledged waits whose outcome was never told. */
  readonly forgotten: readonly string[];
  /** Outcomes that do not agree with how the job ended. */
  readonly wrong: readonly string[];
  /** Jobs of the ledger that were not followed to their end. */
  readonly unfinished: number;
  /** Outcomes told once more. */
  readonly repeats: number;
  /** Of these, those that did not say so, bore another id, or came without a kill in between. */
  readonly badRepeats: readonly string[];
  /** Requests over the limit. */
  readonly overLimit: number;
}

/** A line that the flow has written: a wait that is acknowledged, or an outcome. */
type Line =
  | { readonly kind: 'ack'; readonly pid: number; readonly jobId: string }
  | {
      readonly kind: 'end';
      readonly pid: number;
      readonly jobId: string;
      readonly outcome: string;
      readonly outcomeId: string;
      readonly repeated?: boolean;
    };

/** Milliseconds that stand for a minute. */
const minute = 3000;
/** Milliseconds that a job takes. */
const jobTime = 1500;
const eventSecret = 'the secret of the events';

function flows({ connectUrl, tokenUrl }: Simulator, file: string) {
  const place = { z: 'tab', x: 1, y: 1 };
  const write = (line: string) =>
    `global.get('fs').appendFileSync(${JSON.stringify(file)}, JSON.stringify(${line}) + '\\n');`;
  const pid = `pid: global.get('pid')`;
  const end = `{ kind: 'end', ${pid}, jobId: msg.norce.jobId, outcome: msg.norce.outcome, outcomeId: msg.norce.outcomeId, repeated: msg.norce.repeated }`;
  return [
    { id: 'tab', type: 'tab' },
    {
      id: 'connection',
      type: 'norce-connect-config',
      addressMode: 'own',
      accountId: '10000',
      connectUrl,
      tokenUrl,
      credentials: { clientId: 'simulator', clientSecret: 'simulator-secret' },
    },
    { ...place, id: 'http', type: 'http in', url: '/import', method: 'post', wires: [['import', 'answer']] },
    { ...place, id: 'answer', type: 'http response', statusCode: '200', wires: [] },
    { ...place, id: 'import', type: 'norce-import-onhands', connection: 'connection', wires: [['wait'], []] },
    {
      ...place,
      id: 'wait',
      type: 'norce-job-status',
      connection: 'connection',
      wires: [['end'], ['end'], []],
    },
    { ...place, id: 'done', type: 'complete', scope: ['wait'], wires: [['ack']] },
    {
      ...place,
      id: 'event',
      type: 'norce-event',
      connection: 'connection',
      event: 'JobCompletedEvent',
      path: 'events',
      credentials: { secret: eventSecret },
      wires: [[]],
    },
    { ...place, id: 'end', type: 'function', func: write(end), outputs: 0, wires: [] },
    {
      ...place,
      id: 'ack',
      type: 'function',
      func: write(`{ kind: 'ack', ${pid}, jobId: msg.norce.jobId }`),
      outputs: 0,
      wires: [],
    },
  ];
}

/** Scales the minute of the process before any node is loaded, and lets function nodes write to disk at once. */
function settingsCode(): string {
  const connection = pathToFileURL(fromRoot('dist', 'src', 'connection', 'index.js')).pathname;
  return [
    `const { ConnectionRegistry, processRegistryKey } = require(${JSON.stringify(connection)});`,
    `globalThis[processRegistryKey] = new ConnectionRegistry({ minute: ${minute} });`,
    `module.exports.functionGlobalContext = { fs: require('node:fs'), pid: process.pid };`,
  ].join('\n');
}

/** Keeps the given number of jobs under way, until it is stopped. */
class Load {
  readonly #simulator: Simulator;
  readonly #jobs: number;
  #isStopped = false;
  #number = 0;
  url: string | undefined;

  constructor(simulator: Simulator, jobs: number) {
    this.#simulator = simulator;
    this.#jobs = jobs;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      const running = this.#simulator.jobs.filter((job) => !job.isForeign && !job.isFinished).length;
      if (this.url === undefined || running >= this.#jobs) await wait(10);
      else await this.#send(this.url);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #send(url: string): Promise<void> {
    this.#number += 1;
    const item = { PartNo: `P${this.#number}`, WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
    const headers = { 'content-type': 'application/json' };
    // A Node-RED that has just been killed takes nothing.
    await fetch(`${url}/import`, { method: 'POST', headers, body: JSON.stringify([item]) }).catch(
      () => undefined,
    );
    await wait(minute / 80);
  }
}

async function linesOf(file: string): Promise<readonly Line[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

function judgeRepeats(lines: readonly Line[]): { readonly repeats: number; readonly badRepeats: string[] } {
  const first = new Map<string, Line & { readonly kind: 'end' }>();
  const badRepeats: string[] = [];
  let repeats = 0;
  for (const line of lines) {
    if (line.kind !== 'end') continue;
    const known = first.get(line.jobId);
    if (known === undefined) {
      first.set(line.jobId, line);
      continue;
    }
    repeats += 1;
    const isRight = line.repeated === true && line.outcomeId === known.outcomeId && line.pid !== known.pid;
    if (!isRight) badRepeats.push(JSON.stringify([known, line]));
  }
  return { repeats, badRepeats };
}

/** Runs it all. The built package is what is killed. */
export async function killWhileJobsRun({ kills, jobs, hasEvents }: JobKillOptions): Promise<JobKillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'norce-job-kills-'));
  const userDir = join(folder, 'user');
  const file = join(folder, 'lines');
  const simulator = await Simulator.start({
    timeScale: 60_000 / minute,
    latency: { minimum: 0, maximum: 20 },
  });
  simulator.outcomes.addJob({ endsAfter: (jobTime * 60_000) / minute });
  const load = new Load(simulator, jobs);
  let nodeRed: NodeRed | undefined;
  const start = async () => {
    nodeRed = await NodeRed.start({}, { userDir, settingsCode: settingsCode() });
    load.url = nodeRed.url;
    if (hasEvents) {
      const headers = { 'x-norce-secret': eventSecret };
      simulator.webhooks.setTarget('JobCompletedEvent', { url: `${nodeRed.url}/events`, headers });
    }
    return nodeRed;
  };
  try {
    await linked(userDir);
    await (await start()).deploy(flows(simulator, file));
    const running = load.run();
    for (let kill = 0; kill < kills; kill++) {
      await wait(Math.random() * minute);
      load.url = undefined;
      await nodeRed?.kill();
      await start();
    }
    await wait(minute / 2);
    load.stop();
    await running;
    await simulator.settled();
    const acknowledged = async () =>
      new Set((await linesOf(file)).filter(({ kind }) => kind === 'ack').map(({ jobId }) => jobId));
    const told = async () =>
      new Set((await linesOf(file)).filter(({ kind }) => kind === 'end').map(({ jobId }) => jobId));
    for (let look = 0; look < 200; look++) {
      const ends = await told();
      if ([...(await acknowledged())].every((jobId) => ends.has(jobId))) break;
      await wait(minute / 10);
    }
    // What comes late, or once more, is to be seen too.
    await wait(minute);
    await nodeRed?.kill();
    const lines = await linesOf(file);
    const ends = lines.filter((line) => line.kind === 'end');
    const endsByJob = new Set(ends.map(({ jobId }) => jobId));
    const truth = new Map(
      simulator.jobs.map((job) => [String(job.id), job.status === 2 ? 'succeeded' : 'failed']),
    );
    const store = processStore(join(userDir, 'norce-connect', 'store.sqlite'));
    const unfinished = (await store.jobs.unfinished(simulator.connectUrl)).length;
    await store.close();
    return {
      kills,
      jobs: simulator.jobs.filter((job) => !job.isForeign).length,
      waits: (await acknowledged()).size,
      forgotten: [...(await acknowledged())].filter((jobId) => !endsByJob.has(jobId)),
      wrong: ends
        .filter(({ jobId, outcome }) => truth.get(jobId) !== outcome)
        .map((line) => JSON.stringify(line)),
      unfinished,
      ...judgeRepeats(lines),
      overLimit: simulator.requests.filter(({ status }) => status === 429).length,
    };
  } finally {
    load.stop();
    await nodeRed?.kill();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}
