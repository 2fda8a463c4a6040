/**
 * Kills a process that collects, checks, seals and sends full feeds, again and again, and holds what the shop has in
 * the end against what was handed over.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Simulator } from '../../src/simulator/index.ts';
import type { Delivery, FeedingLine, FeedingTask } from './processes/feeding.ts';
import { Random } from './shapes.ts';

/** How often it is killed, and by what chance. */
export interface FeedKillOptions {
  readonly kills: number;
  readonly seed: number;
  /** Told of the kills so far. */
  readonly progress?: (kills: number) => void;
}

/** What a kill can hit of a feed. */
export const feedPhases = ['collecting', 'checking', 'sealing', 'sending', 'in job'] as const;

/** One of {@link feedPhases}. */
export type FeedPhase = (typeof feedPhases)[number];

/** What a run has come to. */
export interface FeedKillResult {
  readonly faults: readonly string[];
  readonly feeds: number;
  /** Requests that were a full feed, those that were sent twice counted twice. */
  readonly fullRequests: number;
  /** Parts and changes that were acknowledged. */
  readonly acknowledged: number;
  /** Kills by what was under way. */
  readonly hits: Readonly<Record<FeedPhase, number>>;
}

/** Items of a whole feed: more than one partition. */
const records = 8000;
const partItems = 1000;
/** A feed lacks fewer than a fifth, so that only the first is held; each another number, by which it is known. */
const fewestMissing = 1;
const mostMissing = 400;
/** Records that every feed has, and changes are about. */
const changed = 20;
/** Milliseconds that stand for a minute. */
const minute = 300;
/** Changes have values from here on. */
const firstChange = 1_000_000;
/** Milliseconds until everything has gone out after the last kill. */
const patience = 60_000;

/** Looks in a row that find nothing left, a second together. */
const quietLooks = 50;

/** Milliseconds for which a kill waits for what it is to hit. */
const longestAim = 12 * minute;

const script = fileURLToPath(new URL('./processes/feeding.ts', import.meta.url));

function item(record: number, OnhandValue: number): object {
  return { PartNo: `P${record}`, WarehouseCode: 'W', LocationCode: 'L', OnhandValue, IsActive: true };
}

interface FeedPlan {
  readonly number: number;
  readonly missing: ReadonlySet<number>;
  readonly isFinished: boolean;
}

interface Change {
  readonly id: number;
  readonly record: number;
  readonly value: number;
  /** The feed that it is newer than. */
  readonly after: number;
}

class Killing {
  readonly #options: FeedKillOptions;
  readonly #simulator: Simulator;
  readonly #task: FeedingTask;
  readonly #plans: FeedPlan[] = [];
  readonly #changes: Change[] = [];
  readonly #acknowledged = new Set<number>();
  readonly #hits = Object.fromEntries(feedPhases.map((phase) => [phase, 0])) as Record<FeedPhase, number>;
  readonly #random: Random;
  readonly #open = new Map<number, Delivery>();
  #child: ChildProcess | undefined;
  #state: Extract<FeedingLine, { kind: 'state' }> | undefined;
  #isReady = false;
  #lastId = 0;
  #kills = 0;

  constructor(options: FeedKillOptions, simulator: Simulator, task: FeedingTask) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#simulator = simulator;
    this.#task = task;
  }

  async run(): Promise<FeedKillResult> {
    await this.#live();
    const killing = this.#killAgainAndAgain();
    while (this.#kills < this.#options.kills || this.#plans.at(-1)?.isFinished !== true) await this.#feed();
    await killing;
    await this.#drain();
    const faults = this.#faults();
    await this.#kill();
    return {
      faults,
      feeds: this.#plans.length,
      acknowledged: this.#acknowledged.size,
      fullRequests: this.#fullRequests().length,
      hits: this.#hits,
    };
  }

  async #live(): Promise<void> {
    this.#isReady = false;
    const child = fork(script, [JSON.stringify(this.#task)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.on('error', () => undefined);
    child.on('message', (line: FeedingLine) => {
      if (line.kind === 'ready') this.#isReady = true;
      else if (line.kind === 'state') this.#state = line;
      else {
        this.#open.delete(line.id);
        this.#acknowledged.add(line.id);
      }
    });
    await this.#until(() => this.#isReady || child.exitCode !== null || child.signalCode !== null);
    // What the former life has not acknowledged is handed over once more.
    for (const delivery of this.#open.values()) this.#send(delivery);
  }

  async #kill(): Promise<void> {
    const child = this.#child as ChildProcess;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  async #killAgainAndAgain(): Promise<void> {
    while (this.#kills < this.#options.kills) {
      const target = feedPhases[this.#random.whole(feedPhases.length - 1)] as FeedPhase;
      const end = performance.now() + longestAim;
      await this.#until(() => this.#underWay().has(target) || performance.now() > end);
      // Mostly right away, now and then a good while later.
      await wait(this.#random.next() ** 3 * minute);
      for (const phase of this.#underWay()) this.#hits[phase] += 1;
      await this.#kill();
      this.#kills += 1;
      this.#options.progress?.(this.#kills);
      await this.#live();
    }
  }

  #underWay(): ReadonlySet<FeedPhase> {
    const { feeds = [], batch = '' } = this.#state ?? {};
    const states = feeds.map((feed) => feed.slice(feed.indexOf(' ') + 1));
    // What a batch is about shows in the feed: it is that of the feed while that is being sent.
    const shown = states.map((state) => (state === 'sending' ? batch : state));
    return new Set(feedPhases.filter((phase) => shown.includes(phase)));
  }

  #send(delivery: Delivery): void {
    if (this.#child?.connected) this.#child.send(delivery, () => undefined);
  }

  /** Resolves when it is on disk, in whatever life. */
  async #deliver(delivery: Omit<Delivery, 'id'>): Promise<number> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#open.set(id, { ...delivery, id });
    this.#send({ ...delivery, id });
    await this.#until(() => this.#acknowledged.has(id));
    return id;
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await wait(2);
  }

  #below(limit: number): number {
    return this.#random.whole(limit - 1);
  }

  /** A feed, and changes that are newer than it. */
  async #feed(): Promise<void> {
    const number = this.#plans.length + 1;
    const missing = new Set<number>();
    const size = fewestMissing + (number % mostMissing);
    while (missing.size < size) missing.add(changed + this.#below(records - changed));
    const isFinished = this.#kills >= this.#options.kills || number === 1 || this.#below(4) > 0;
    const plan: FeedPlan = { number, missing, isFinished };
    this.#plans.push(plan);
    const items = Array.from({ length: records }, (_, record) => record)
      .filter((record) => !missing.has(record))
      .map((record) => item(record, number));
    const count = Math.ceil(items.length / partItems);
    const sequence = `feed-${number}`;
    const partAt = (index: number) =>
      this.#deliver({
        items: items.slice(index * partItems, (index + 1) * partItems),
        sequence,
        part: { index, count },
      });
    await partAt(0);
    const later = Array.from({ length: count - 1 }, (_, index) => index + 1);
    const last = isFinished ? later : later.slice(1);
    await Promise.all([...last.map(partAt), this.#change(number)]);
    await this.#change(number);
    await wait(this.#below(minute * 6));
  }

  async #change(after: number): Promise<void> {
    const record = this.#below(changed);
    const value = firstChange + this.#changes.length;
    const known = this.#lastId + 1;
    this.#changes.push({ id: known, record, value, after });
    await this.#deliver({ items: [item(record, value)] });
  }

  async #drain(): Promise<void> {
    this.#simulator.faults.clear();
    const end = performance.now() + patience;
    const isDrained = () => {
      const { feeds = [], batch = '', waiting = 1 } = this.#state ?? {};
      const isUnfinished = (feed: string) => feed.endsWith(' collecting');
      return batch === '' && waiting === 0 && feeds.every(isUnfinished);
    };
    // The end of a feed lets changes wait again, of which the process hears a moment later.
    for (let quiet = 0; quiet < quietLooks && performance.now() < end; ) {
      await wait(20);
      quiet = isDrained() ? quiet + 1 : 0;
    }
    await this.#simulator.settled();
  }

  #fullRequests(): readonly number[] {
    return this.#simulator.requests
      .filter(({ header }) => (header as { readonly FullFile?: boolean } | null)?.FullFile === true)
      .filter(({ jobId }) => jobId !== null)
      .map(({ items }) => items);
  }

  #faults(): string[] {
    const faults: string[] = [];
    const finished = this.#plans.filter(({ isFinished }) => isFinished);
    const sizes = new Set(finished.map(({ missing }) => records - missing.size));
    for (const items of this.#fullRequests()) {
      if (!sizes.has(items)) faults.push(`not whole: a full feed of ${items} items`);
    }
    const tooMany = this.#simulator.requests.filter(({ status }) => status === 429).length;
    if (tooMany > 0) faults.push(`over the limit: ${tooMany} times`);
    const last = this.#plans.at(-1) as FeedPlan;
    const shop = new Map(
      this.#simulator.catalogue.snapshot().onhands.map((record) => [String(record.PartNo), record]),
    );
    for (let record = 0; record < records; record++) {
      const found = shop.get(`P${record}`);
      const newer = this.#changes.filter((each) => each.record === record && each.after === last.number);
      const expected = newer.at(-1)?.value ?? last.number;
      if (last.missing.has(record)) {
        if (found?.IsActive === true) faults.push(`not deactivated: P${record}`);
      } else if (found?.IsActive !== true) faults.push(`deactivated: P${record}`);
      else if (found.OnhandValue !== expected) {
        faults.push(`P${record}: ${String(found.OnhandValue)}, not ${expected}`);
      }
    }
    return faults;
  }
}

function strike(simulator: Simulator): void {
  const count = Number.POSITIVE_INFINITY;
  for (const fault of [
    { kind: 'lostAnswer', path: '/Import', share: 0.1 },
    { kind: 'reset', at: 'taken', path: '/Import', share: 0.05 },
    { kind: 'status', status: 503, path: '/Import', share: 0.1 },
    { kind: 'serverError', path: '/Job/', share: 0.05 },
  ] as const) {
    simulator.faults.add({ ...fault, count });
  }
}

/** Hands feeds and changes over, kills, and judges. */
export async function killFeeds(options: FeedKillOptions): Promise<FeedKillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'norce-feeds-'));
  const simulator = await Simulator.start({
    mood: 'hostile',
    timeScale: 60_000 / minute,
    tokenLifetime: 720_000,
  });
  try {
    for (let record = 0; record < records; record++) simulator.catalogue.addSku(`P${record}`);
    strike(simulator);
    const { connectUrl, tokenUrl } = simulator;
    const task = { storeFile: join(folder, 'store.sqlite'), connectUrl, tokenUrl, minute };
    return await new Killing(options, simulator, task).run();
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}
