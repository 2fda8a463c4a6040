/**
 * Kills a process that accumulates and sends, again and again and wherever it hurts, beside a hostile Connect, and
 * judges what has become of everything that it had acknowledged. See `accumulator-load/judge.ts` for the law.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Simulator } from '../../src/simulator/index.ts';
import { type Aim, Aiming } from './accumulator-load/aiming.ts';
import {
  collectionsUnder,
  contentOf,
  MessageMaker,
  type ShopContent,
  suppliers,
} from './accumulator-load/collections.ts';
import { failedItems } from './accumulator-load/failed-items.ts';
import { startHostileShop, strike } from './accumulator-load/hostile-shop.ts';
import { ForwardJudge, judgeShop, LaneJudge, OutcomeJudge } from './accumulator-load/judge.ts';
import { Life, type Phase, phases } from './accumulator-load/life.ts';
import { Sent } from './accumulator-load/sent.ts';
import type { AccumulatingTask, Line, Sabotage } from './processes/accumulating-lines.ts';
import { Random } from './shapes.ts';

/** Where the store lies, and what becomes of it. */
export interface Disk {
  readonly storeFile: string;
  /** Kills the process, and what else happens with that, such as a power cut. */
  end?(life: Pick<Life, 'freeze' | 'kill'>): Promise<void>;
  /** Makes trouble, or takes it back, now and then while the process runs. */
  disturb?(): void;
  /** No trouble from now on. */
  calm?(): void;
}

/** How a run goes. */
export interface AccumulatorKillOptions {
  readonly kills: number;
  readonly seed: number;
  /** A folder for temporary files unless given; a kill is then only a kill. */
  readonly disk?: Disk;
  /** A program and its arguments that run the process, by the number of its life. */
  readonly before?: (life: number) => readonly string[];
  /** The wall clock jumps by an hour, back and forward. */
  readonly hasJumpingClock?: boolean;
  readonly isCareless?: boolean;
  readonly sabotage?: Sabotage;
  /** What kills are aimed at; everything unless given. */
  readonly aims?: readonly Aim[];
  readonly progress?: (kills: number) => void;
}

/** What a run has shown. */
export interface AccumulatorKillResult {
  readonly kills: number;
  /** Kills by what was under way; one may have hit several things. */
  readonly hits: Readonly<Record<Phase, number>>;
  readonly messages: number;
  readonly acknowledged: number;
  /** Messages that were refused, by code. */
  readonly refused: ReadonlyMap<string, number>;
  readonly batches: number;
  /** Outcomes that were told more than once. */
  readonly repeated: number;
  readonly jobs: number;
  /** Items that are kept as failed in the end. */
  readonly failed: number;
  readonly overLimit: number;
  readonly faults: readonly string[];
}

/** Milliseconds that stand for a minute. */
const minute = 300;
/** Milliseconds of real time. */
const hour = 3_600_000;
/** Milliseconds of Norce's time that a slow job takes at most. */
const slowestJob = 150_000;
/** Messages that wait for their acknowledgement at most. */
const mostOpen = 60;
/** Within so many milliseconds everything that waits has to be sent in the end. */
const longestDrain = 40_000;

/** One run, from an empty store to its judgement. */
class KillRun {
  readonly #options: AccumulatorKillOptions;
  readonly #simulator: Simulator;
  readonly #random: Random;
  readonly #aiming: Aiming;
  readonly #maker: MessageMaker;
  readonly #task: Omit<AccumulatingTask, 'supplierId'>;
  readonly #disk: Disk;
  readonly #before: ShopContent;
  readonly #sent = new Sent();
  readonly #forward = new ForwardJudge();
  readonly #lanes = new LaneJudge();
  readonly #outcomes = new OutcomeJudge();
  readonly #hits = Object.fromEntries(phases.map((phase) => [phase, 0])) as Record<Phase, number>;
  /** Jobs that the process follows, or will when it is back. */
  readonly #inJob = new Set<string>();
  readonly #refused = new Map<string, number>();
  readonly #faults: string[] = [];
  #life: Life | undefined;
  #lives = 0;
  #supplierId = 0;
  #looked: (Line & { readonly kind: 'looked' }) | undefined;
  #isLoading = true;

  constructor(simulator: Simulator, disk: Disk, options: AccumulatorKillOptions) {
    const { connectUrl, tokenUrl } = simulator;
    const { seed, isCareless, sabotage } = options;
    this.#options = options;
    this.#simulator = simulator;
    this.#random = new Random(seed);
    this.#aiming = new Aiming(simulator, this.#random, options.aims);
    this.#maker = new MessageMaker(new Random(seed + 1));
    this.#disk = disk;
    this.#task = {
      storeFile: disk.storeFile,
      connectUrl,
      tokenUrl,
      minute,
      ...(isCareless ? { isCareless } : {}),
      ...(sabotage ? { sabotage } : {}),
    };
    this.#before = contentOf(simulator.catalogue);
  }

  async run(): Promise<AccumulatorKillResult> {
    const { kills, progress } = this.#options;
    strike(this.#simulator);
    const load = this.#load();
    try {
      for (let kill = 1; kill <= kills; kill++) {
        const life = this.#start();
        await this.#aiming.wait(life);
        await this.#kill(life);
        progress?.(kill);
      }
      await this.#drain(this.#start());
    } finally {
      this.#isLoading = false;
      await this.#life?.kill();
      await load;
    }
    const failed = await failedItems(this.#disk.storeFile);
    const after = contentOf(this.#simulator.catalogue);
    const overLimit = this.#simulator.requests.filter(({ isOverLimit }) => isOverLimit).length;
    return {
      kills,
      hits: this.#hits,
      messages: this.#sent.messages,
      acknowledged: this.#sent.acknowledged,
      refused: this.#refused,
      batches: this.#outcomes.batches,
      repeated: this.#outcomes.repeated,
      jobs: this.#lanes.jobs,
      failed: failed.length,
      overLimit,
      faults: [
        ...this.#faults,
        ...judgeShop(this.#sent, this.#before, after, failed),
        ...this.#forward.faults,
        ...this.#lanes.faults,
        ...this.#outcomes.faults,
        ...(overLimit > 0 ? [`over the limit: ${overLimit} requests`] : []),
      ],
    };
  }

  #start(): Life {
    this.#lives += 1;
    const { hasJumpingClock = false, before } = this.#options;
    const jump = (): number => (this.#random.whole(2) - 1) * hour;
    const clock = { atStart: jump(), later: jump(), after: this.#random.whole(600) };
    this.#supplierId = suppliers[this.#random.whole(suppliers.length - 1)] ?? 0;
    const task = { ...this.#task, supplierId: this.#supplierId, ...(hasJumpingClock ? { clock } : {}) };
    const life: Life = new Life(
      this.#lives,
      task,
      (line, operation) => this.#hear(life, line, operation),
      before?.(this.#lives),
    );
    this.#life = life;
    return life;
  }

  #hear(life: Life, line: Line, operation: string | undefined): void {
    switch (line.kind) {
      case 'done':
        this.#sent.acknowledge(line.id);
        break;
      case 'refused':
        this.#sent.refuse(line.id);
        this.#refused.set(line.code, (this.#refused.get(line.code) ?? 0) + 1);
        if (line.code === 'UNEXPECTED' || line.code === 'REJECTED') this.#faults.push(line.message);
        break;
      case 'begins':
        if (line.operation === 'jobs.end') this.#inJob.delete(line.about ?? '');
        this.#aiming.hear(line.operation);
        break;
      case 'ends':
        if (operation === 'requests.accepted' && line.about !== undefined) this.#inJob.add(line.about);
        if (operation === 'batches.begin' && line.about !== undefined) this.#outcomes.begun(line.about);
        break;
      case 'offered':
        this.#outcomes.begun(line.batch.id);
        break;
      case 'told':
        this.#outcomes.told(line.batch, line.isRepeated, life.number);
        break;
      case 'warning':
        if (line.code === 'UNEXPECTED') this.#faults.push(`warning: ${line.message}`);
        break;
      case 'looked':
        this.#looked = line;
        break;
    }
  }

  /** Sends messages as long as somebody takes them, and looks at the shop and its jobs now and then. */
  async #load(): Promise<void> {
    for (let turn = 0; this.#isLoading; turn++) {
      const life = this.#life;
      if (life !== undefined && !life.isOver && this.#sent.open < mostOpen) {
        const loaded = collectionsUnder(this.#supplierId);
        const collection = loaded[this.#random.whole(loaded.length - 1)];
        // A large one among small ones must not be overtaken by them.
        const items = this.#random.chance(0.02) ? 100 : 1 + this.#random.whole(3);
        if (collection !== undefined) {
          const message = this.#maker.message(collection, items);
          const id = this.#sent.add(message);
          life.order({ kind: 'message', id, collection: collection.name, items: message.items });
        }
        if (this.#random.chance(0.005)) life.order({ kind: 'requeue' });
      }
      if (this.#random.chance(0.005)) this.#disk.disturb?.();
      // Most jobs are quick; one that is not has to be waited for, and by no means overtaken.
      const { outcomes } = this.#simulator;
      if (this.#random.chance(0.01) && outcomes.list().jobs.length === 0) {
        outcomes.addJob({ endsAfter: this.#random.whole(slowestJob), count: 1 });
      }
      if (turn % 30 === 0) this.#look();
      await wait(2);
    }
  }

  #look(): void {
    this.#lanes.look(this.#simulator.jobs);
    this.#forward.look(contentOf(this.#simulator.catalogue));
  }

  async #kill(life: Life): Promise<void> {
    const unread = this.#aiming.unreadJobs(life);
    if (life.isOver) this.#faults.push(`it ended by itself: ${life.errors}`);
    if (this.#disk.end === undefined) await life.kill();
    else await this.#disk.end(life);
    const hit = new Set<Phase>(life.underWay);
    if (unread > 0) hit.add('accepted, answer not read');
    if (this.#inJob.size > 0) hit.add('in job');
    for (const phase of hit) this.#hits[phase] += 1;
    this.#sent.forgetOpen();
    this.#look();
  }

  /** Ends the load, lets everything go out, and has failed items tried again. */
  async #drain(life: Life): Promise<void> {
    this.#simulator.faults.clear();
    // What was damaged by a kill is mended while the load goes on.
    await wait(minute * 3);
    this.#isLoading = false;
    await wait(minute / 3);
    this.#disk.calm?.();
    const until = performance.now() + longestDrain;
    for (let round = 0; round < 3; round++) {
      let quiet = 0;
      while (quiet < 3 && performance.now() < until && !life.isOver) {
        this.#looked = undefined;
        life.order({ kind: 'flush' });
        life.order({ kind: 'look' });
        await wait(40);
        this.#look();
        quiet = this.#isDrained() ? quiet + 1 : 0;
      }
      if (quiet < 3) this.#faults.push(`not drained: ${JSON.stringify(this.#looked)} ${life.errors}`);
      if (round < 2) life.order({ kind: 'requeue' });
      await wait(minute / 3);
    }
    await this.#simulator.settled();
    life.order({ kind: 'stop' });
    await Promise.race([life.closed(), wait(10_000)]);
    if (!life.isOver) this.#faults.push('it did not end when it was asked to');
  }

  #isDrained(): boolean {
    if (this.#looked === undefined || this.#sent.open > 0) return false;
    const { waiting, unfinished, untold } = this.#looked;
    return waiting + unfinished + untold === 0;
  }
}

/** Runs it all. */
export async function killAccumulators(options: AccumulatorKillOptions): Promise<AccumulatorKillResult> {
  const folder = await mkdtemp(join(tmpdir(), 'norce-accumulator-kills-'));
  const simulator = await startHostileShop(minute, new Random(options.seed + 2));
  const plain: Disk = { storeFile: join(folder, 'store.sqlite') };
  try {
    return await new KillRun(simulator, options.disk ?? plain, options).run();
  } finally {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}
