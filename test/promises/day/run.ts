/**
 * A day of changes from four sources into one Connect, with an outage, lost answers, deploys and a crash.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Simulator } from '../../../src/simulator/index.ts';
import { linked } from '../../support/node-red.ts';
import {
  contentOf,
  type LoadedMessage,
  MessageMaker,
  numbersOf,
  type ShopContent,
} from '../accumulator-load/collections.ts';
import { ForwardJudge, OutcomeJudge } from '../accumulator-load/judge.ts';
import { Sent } from '../accumulator-load/sent.ts';
import { Random } from '../shapes.ts';
import { Door } from './door.ts';
import { accumulatorOf, dayFlow } from './flow.ts';
import { busiestMinute, judgeLimit, judgeShop, Lag } from './judge.ts';
import type { Line } from './lines.ts';
import { DayNodeRed } from './node-red.ts';
import { collections, events, limit, minute, type Source, scale, sources } from './plan.ts';
import { answerUnavailable, startShop, strike } from './shop.ts';

/** How a run goes. */
export interface DayOptions {
  /** Hours of the day, 24 unless it is a sample: all its events come closer together. */
  readonly hours: number;
  readonly seed: number;
  /** Every so manieth message is acknowledged and thrown away: a defect on purpose. */
  readonly dropEvery?: number;
  readonly progress?: (text: string) => void;
}

/** Lags in scaled minutes. */
export interface LagFigures {
  readonly values: number;
  readonly median: number;
  readonly most95: number;
  readonly maximum: number;
}

/** What a day has shown. */
export interface DayResult {
  readonly seed: number;
  readonly hours: number;
  readonly messages: number;
  readonly acknowledged: number;
  readonly items: number;
  readonly batches: number;
  readonly repeated: number;
  /** Requests by kind, as Connect saw them. */
  readonly imports: number;
  readonly polls: number;
  readonly tokens: number;
  /** Requests that were disturbed on purpose. */
  readonly disturbed: number;
  /** Requests per scaled hour. */
  readonly hourly: { readonly before: number; readonly during: number; readonly after: number };
  readonly busiestMinute: number;
  readonly lags: readonly {
    readonly source: string;
    readonly calm: LagFigures | undefined;
    readonly outage: LagFigures | undefined;
  }[];
  /** Scaled minutes from the end of the outage until all that was acknowledged before it was in the shop. */
  readonly drain: number;
  /** Bytes. */
  readonly memory: number;
  readonly storeSize: number;
  /** One sentence each. */
  readonly faults: readonly string[];
}

/** Scaled minutes in which everything that waits at the end must have been sent. */
const longestEnd = 240;
/** Real milliseconds between two looks at the shop. */
const lookPause = 60;

class Day {
  readonly #options: DayOptions;
  readonly #simulator: Simulator;
  readonly #door: Door;
  readonly #folder: string;
  readonly #epoch = Date.now();
  readonly #random: Random;
  readonly #maker: MessageMaker;
  readonly #sent = new Sent();
  readonly #forward = new ForwardJudge();
  readonly #outcomes = new OutcomeJudge();
  readonly #lag = new Lag();
  readonly #open = new Map<number, LoadedMessage>();
  readonly #before: ShopContent;
  readonly #firstRequest: number;
  readonly #faults: string[] = [];
  #nodeRed: DayNodeRed | undefined;
  #lives = 0;
  #deploys = 0;
  #items = 0;
  #memory = 0;
  #looked: (Line & { readonly kind: 'looked' }) | undefined;
  #isLooking = true;
  #isLoading = true;
  #start = 0;

  constructor(simulator: Simulator, door: Door, folder: string, options: DayOptions) {
    this.#options = options;
    this.#simulator = simulator;
    this.#door = door;
    this.#folder = folder;
    this.#random = new Random(options.seed);
    this.#maker = new MessageMaker(new Random(options.seed + 1));
    this.#before = contentOf(simulator.catalogue, collections);
    this.#firstRequest = simulator.requests.length;
  }

  async go(): Promise<DayResult> {
    await this.#live();
    await this.#nodeRed?.deploy(this.#flow());
    strike(this.#simulator);
    this.#start = performance.now();
    const looking = this.#look();
    const loading = Promise.all(sources.map((source) => this.#feed(source)));
    let storeSize = 0;
    try {
      await this.#events();
      await this.#until(1);
      this.#isLoading = false;
      await loading;
      await this.#drain();
      storeSize = await this.#storeSize();
    } finally {
      this.#isLoading = this.#isLooking = false;
      await this.#nodeRed?.kill();
      await Promise.all([looking, loading]);
    }
    return this.#result(storeSize);
  }

  /** Real milliseconds of the whole day. */
  get #length(): number {
    return this.#options.hours * 60 * minute;
  }

  /** The share of the day that has passed. */
  get #now(): number {
    return (performance.now() - this.#start) / this.#length;
  }

  #moment(share: number): number {
    return this.#start + share * this.#length;
  }

  async #until(share: number): Promise<void> {
    await wait(Math.max(0, this.#moment(share) - performance.now()));
  }

  #flow() {
    const { connectUrl, tokenUrl } = this.#simulator;
    const through = (address: string): string => {
      const url = new URL(address);
      url.port = String(this.#door.port);
      return url.href;
    };
    return dayFlow({ connectUrl: through(connectUrl), tokenUrl: through(tokenUrl) }, this.#deploys);
  }

  async #live(): Promise<void> {
    this.#lives += 1;
    const life = this.#lives;
    const { dropEvery } = this.#options;
    const task = { folder: this.#folder, scale, epoch: this.#epoch };
    this.#nodeRed = new DayNodeRed(dropEvery === undefined ? task : { ...task, dropEvery }, (line) =>
      this.#hear(line, life),
    );
    await this.#nodeRed.ready();
  }

  #hear(line: Line, life: number): void {
    switch (line.kind) {
      case 'done': {
        const message = this.#open.get(line.number);
        this.#open.delete(line.number);
        this.#sent.acknowledge(line.number);
        if (message !== undefined) this.#lag.acknowledged(message.values, performance.now());
        break;
      }
      case 'refused':
        this.#open.delete(line.number);
        this.#sent.refuse(line.number);
        this.#options.progress?.(`refused: ${line.message}`);
        break;
      case 'offered':
        this.#outcomes.begun(line.batch);
        break;
      case 'told':
        this.#outcomes.told(line.batch, line.isRepeated, life);
        if (line.result === 'failed') this.#faults.push(`failed: batch ${line.batch}`);
        break;
      case 'log':
        this.#options.progress?.(`log: ${line.text}`);
        break;
      case 'looked':
        this.#looked = line;
        this.#memory = Math.max(this.#memory, line.memory);
        break;
    }
  }

  async #events(): Promise<void> {
    const { outage, deploys, kill } = events;
    const say = this.#options.progress ?? (() => undefined);
    const deploy = async (): Promise<void> => {
      this.#deploys += 1;
      await this.#nodeRed?.deploy(this.#flow());
      say(`deploy ${this.#deploys}`);
    };
    const steps: readonly (readonly [number, () => void | Promise<void>])[] = [
      ...deploys.map((share) => [share, deploy] as const),
      [outage.from, () => this.#door.shut()],
      [
        (outage.from + outage.until) / 2,
        async () => {
          answerUnavailable(this.#simulator);
          await this.#door.open();
        },
      ],
      [outage.until, () => strike(this.#simulator)],
      [
        kill,
        async () => {
          await this.#nodeRed?.kill();
          this.#sent.forgetOpen();
          this.#open.clear();
          await this.#live();
          say('killed, and back');
        },
      ],
    ];
    for (const [share, act] of [...steps].sort(([left], [right]) => left - right)) {
      await this.#until(share);
      say(`hour ${(share * this.#options.hours).toFixed(1)}`);
      await act();
    }
  }

  async #feed(source: Source): Promise<void> {
    const { collection, every, messagesPerBurst, items } = source;
    // The first burst is not a night's pause away: in a sample it might never come.
    let due = this.#start + every * minute * this.#random.next();
    while (this.#isLoading && due < this.#moment(1)) {
      await wait(Math.max(0, due - performance.now()));
      for (let count = 0; count < messagesPerBurst && this.#isLoading; count++) {
        const message = this.#maker.message(collection, 1 + this.#random.whole(items - 1));
        const number = this.#sent.add(message);
        this.#items += message.items.length;
        this.#open.set(number, message);
        this.#nodeRed?.order({
          kind: 'message',
          number,
          node: accumulatorOf(source),
          items: message.items,
        });
      }
      const isNight = this.#now < events.night.until || this.#now > events.night.from;
      due += every * minute * (isNight ? 3 : 1) * (0.5 + this.#random.next());
    }
  }

  async #look(): Promise<void> {
    for (let turn = 0; this.#isLooking; turn++) {
      const content = contentOf(this.#simulator.catalogue, collections);
      this.#forward.look(content);
      this.#lag.look(numbersOf(content), performance.now());
      if (turn % 5 === 0) this.#nodeRed?.order({ kind: 'look' });
      await wait(lookPause);
    }
  }

  async #drain(): Promise<void> {
    const until = performance.now() + longestEnd * minute;
    let quiet = 0;
    while (quiet < 3 && performance.now() < until) {
      this.#looked = undefined;
      this.#nodeRed?.order({ kind: 'look' });
      await wait(minute);
      quiet = this.#isDrained() ? quiet + 1 : 0;
    }
    if (quiet < 3) this.#faults.push(`not drained: ${JSON.stringify(this.#looked)}`);
    await this.#simulator.settled();
    await wait(lookPause * 2);
  }

  #isDrained(): boolean {
    if (this.#looked === undefined) return false;
    const { waiting, unfinished, untold } = this.#looked;
    return waiting + unfinished + untold === 0;
  }

  /** With its journal. */
  async #storeSize(): Promise<number> {
    const file = join(this.#folder, 'norce-connect', 'store.sqlite');
    const sizes = await Promise.all(
      [file, `${file}-wal`].map((path) =>
        stat(path).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  #result(storeSize: number): DayResult {
    const { seed, hours } = this.#options;
    const requests = this.#simulator.requests.slice(this.#firstRequest);
    const { from, until } = events.outage;
    const hourly = (begin: number, end: number): number =>
      requests.filter(({ at }) => at >= this.#moment(begin) && at < this.#moment(end)).length /
      ((end - begin) * hours);
    const polls = requests.filter(({ path }) => path.includes('/Job/')).length;
    const ended = [...this.#lag.arrived.values()]
      .flat()
      .filter((one) => one.from < this.#moment(until))
      .reduce((last, one) => Math.max(last, one.until), this.#moment(until));
    const failed = this.#looked?.failed ?? 0;
    return {
      seed,
      hours,
      messages: this.#sent.messages,
      acknowledged: this.#sent.acknowledged,
      items: this.#items,
      batches: this.#outcomes.batches,
      repeated: this.#outcomes.repeated,
      imports: requests.length - polls,
      polls,
      tokens: this.#simulator.tokenRequests.length,
      disturbed: requests.filter(({ fault }) => fault !== null).length,
      hourly: { before: hourly(0, from), during: hourly(from, until), after: hourly(until, 1) },
      busiestMinute: busiestMinute(requests, minute),
      lags: sources.map(({ name, collection }) => {
        const all = this.#lag.arrived.get(collection.name) ?? [];
        const isHit = (one: (typeof all)[number]): boolean =>
          one.until >= this.#moment(from) && one.from < this.#moment(until);
        return {
          source: name,
          calm: figuresOf(all.filter((one) => !isHit(one))),
          outage: figuresOf(all.filter(isHit)),
        };
      }),
      drain: (ended - this.#moment(until)) / minute,
      memory: this.#memory,
      storeSize,
      faults: [
        ...this.#faults,
        ...judgeShop(this.#sent, this.#before, contentOf(this.#simulator.catalogue, collections)),
        ...this.#forward.faults,
        ...this.#outcomes.faults,
        ...judgeLimit(requests, limit, minute),
        ...judgeLimit(this.#simulator.tokenRequests, Number.POSITIVE_INFINITY, minute).map(
          (fault) => `tokens: ${fault}`,
        ),
        ...(failed > 0 ? [`kept as failed: ${failed} items`] : []),
      ],
    };
  }
}

function figuresOf(
  all: readonly { readonly from: number; readonly until: number }[],
): LagFigures | undefined {
  if (all.length === 0) return undefined;
  const lags = all.map(({ from, until }) => (until - from) / minute).sort((left, right) => left - right);
  const at = (share: number): number => lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? 0;
  return { values: lags.length, median: at(0.5), most95: at(0.95), maximum: at(1) };
}

/** Lets a day pass, and judges it. */
export async function passDay(options: DayOptions): Promise<DayResult> {
  const folder = await mkdtemp(join(tmpdir(), 'norce-day-'));
  const simulator = await startShop(new Random(options.seed + 2));
  const door = await Door.open(Number(new URL(simulator.url).port));
  try {
    await linked(folder);
    return await new Day(simulator, door, folder, options).go();
  } finally {
    door.shut();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}
