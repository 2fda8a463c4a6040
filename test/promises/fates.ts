/**
 * Sends numbered messages through import nodes in Node-RED while faults strike at random, and judges what was told
 * of each item.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Simulator } from '../../src/simulator/index.ts';
import {
  allNodes,
  connectionNode,
  credentials,
  helper,
  type Received,
  scaleMinute,
  unload,
} from '../support/flow.ts';
import {
  type Account,
  type Judgement,
  judge,
  type MessageEnd,
  type SentMessage,
  type Telling,
} from './fate-judge.ts';
import type { FateScenario } from './fate-scenarios.ts';

/** What became of the messages under one kind of fault. */
export interface FateReport extends Judgement {
  readonly name: string;
  /** With the plain message at the end. */
  readonly messages: number;
  readonly items: number;
  /** Requests that reached the simulator. */
  readonly requests: number;
  /** Requests to Connect or its token endpoint that the fault struck. */
  readonly struck: number;
}

/** Milliseconds that stand for a minute. */
const minute = 300;
/** Requests per minute: few, so that a few messages fill it. */
const limit = 10;
const timeScale = 60_000 / minute;
/** Milliseconds between two messages; several requests each make them more than the limit lets through. */
const pace = (minute / limit) * 0.8;
/** Seconds: short, but long enough that a busy machine alone lets nothing time out. */
const times = { timeout: '3', deadline: '10' };
/** Seconds before scaling: a second here, so that tokens are asked for again and again. */
const tokenLifetime = timeScale;
const defaultShare = 0.4;
/** More than any run has requests, but a number that can be counted down. */
const plenty = 1_000_000;
/** Milliseconds after which a message that has not ended never will. */
const patience = 120_000;
/** Scenarios under way at once: more would let the processor, not the fault, cause time-outs. */
const mostAtOnce = 8;
const firstAccountId = 10_000;

/** One message out of five has five items in three requests, one out of three is a full feed. */
function messageOf(number: number): SentMessage {
  const isFull = number % 3 === 0;
  const size = isFull ? 2 : number % 5 === 1 ? 5 : 1;
  const items = Array.from({ length: size }, (_, index) => ({
    PartNo: `P${number}-${index}`,
    WarehouseCode: `W${number}`,
    LocationCode: 'L',
    OnhandValue: number * 10 + index + 1,
  }));
  return { number, accountId: firstAccountId + number, isFull, items };
}

/** The messages of one scenario, on a simulator, a connection and a node of their own. */
class FateRun {
  readonly scenario: FateScenario;
  readonly simulator: Simulator;
  readonly nodeId: string;
  readonly connectionId: string;
  readonly #sent: SentMessage[] = [];
  readonly #tellings: Telling[] = [];
  readonly #ends: MessageEnd[] = [];
  #changed: () => void = () => undefined;

  constructor(scenario: FateScenario, simulator: Simulator, index: number) {
    this.scenario = scenario;
    this.simulator = simulator;
    this.nodeId = `import-${index}`;
    this.connectionId = `connection-${index}`;
  }

  tell(telling: Telling): void {
    this.#tellings.push(telling);
  }

  end(end: MessageEnd): void {
    this.#ends.push(end);
    this.#changed();
  }

  async run(count: number): Promise<FateReport> {
    const { faults } = this.simulator;
    const [first, ...others] = this.scenario.faults;
    if (first === undefined) throw new Error(`${this.scenario.name} has no fault.`);
    // The first is struck for certain, so that no run proves nothing.
    faults.add({ ...first, share: 1, count: 1 });
    for (const fault of [first, ...others]) faults.add({ share: defaultShare, ...fault, count: plenty });
    const ordered = faults.pending;
    for (let number = 0; number < count; number++) {
      this.#send(messageOf(number));
      await wait(pace);
    }
    await this.#ended();
    const struck = ordered - faults.pending;
    faults.clear();
    // A rejected secret is remembered for a while.
    await wait(minute);
    const last = { ...messageOf(count), isFull: false };
    this.#send(last);
    await this.#ended();
    await this.simulator.settled();
    return this.#report(struck, last);
  }

  #send(message: SentMessage): void {
    const { number, accountId, isFull: fullFile, items } = message;
    this.#sent.push(message);
    const fate = { node: this.nodeId, number };
    helper.getNode(this.nodeId).receive({ payload: items, norce: { accountId, fullFile }, fate } as never);
  }

  async #ended(): Promise<void> {
    const tooLate = wait(patience, 'too late' as const, { ref: false });
    while (this.#ends.length < this.#sent.length) {
      const change = new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
      if ((await Promise.race([change, tooLate])) === 'too late') return;
    }
  }

  #report(struck: number, last: SentMessage): FateReport {
    const account: Account = { tellings: this.#tellings, ends: this.#ends };
    const judgement = judge(this.#sent, account, this.simulator);
    const lastWrong = this.#tellings
      .filter(({ number, port }) => number === last.number && port !== 'accepted')
      .map(({ code }) => `the plain message after the faults ended with ${code}`);
    return {
      name: this.scenario.name,
      messages: this.#sent.length,
      items: this.#sent.reduce((sum, { items }) => sum + items.length, 0),
      requests: this.simulator.requests.length,
      struck,
      ...judgement,
      wrong: [...judgement.wrong, ...lastWrong, ...(struck === 0 ? ['the fault struck nothing'] : [])],
    };
  }
}

function flowOf(runs: readonly FateRun[]): object[] {
  const place = { z: 'tab', x: 1, y: 1 };
  return [
    { id: 'tab', type: 'tab', label: 'fates' },
    ...runs.flatMap(({ connectionId, nodeId, simulator }) => [
      {
        ...connectionNode(simulator, { requestsPerMinute: String(limit), maximumItems: '2', ...times }),
        id: connectionId,
      },
      {
        ...place,
        id: nodeId,
        type: 'norce-import-onhands',
        connection: connectionId,
        fullFile: 'message',
        wires: [['accepted'], ['rejected']],
      },
    ]),
    { ...place, id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
    {
      ...place,
      id: 'complete',
      type: 'complete',
      scope: runs.map(({ nodeId }) => nodeId),
      wires: [['completed']],
    },
    ...['accepted', 'rejected', 'caught', 'completed'].map((id) => ({
      ...place,
      id,
      type: 'helper',
      wires: [],
    })),
  ];
}

interface FateMessage extends Received {
  readonly fate: { readonly node: string; readonly number: number };
}

/** Hands everything that leaves the nodes to the run that it belongs to. */
function listen(runs: readonly FateRun[]): void {
  const byNode = new Map(runs.map((run) => [run.nodeId, run]));
  const on = (id: string, handle: (run: FateRun, message: FateMessage) => void) =>
    helper.getNode(id).on('input', (message) => {
      const received = message as FateMessage;
      const run = byNode.get(received.fate.node);
      if (run !== undefined) handle(run, received);
    });
  for (const port of ['accepted', 'rejected'] as const) {
    on(port, (run, { fate, payload, norce }) => {
      run.tell({
        number: fate.number,
        port: port === 'accepted' ? 'accepted' : 'not sent',
        parts: (payload as SentMessage['items']).map(({ PartNo }) => PartNo),
        perhapsReceivedBefore: norce.perhapsReceivedBefore === true,
        ...(norce.jobId === undefined ? {} : { jobId: norce.jobId }),
        ...(norce.outcome === undefined ? {} : { outcome: norce.outcome }),
        ...(norce.code === undefined ? {} : { code: norce.code }),
      });
    });
  }
  for (const end of ['completed', 'caught'] as const) {
    on(end, (run, { fate }) => run.end({ number: fate.number, end }));
  }
}

/**
 * Runs scenarios, several at a time, in one Node-RED.
 *
 * @param messages of each scenario, beside the plain one at the end.
 * @param onReport told of each scenario as it ends.
 */
export async function runFates(
  scenarios: readonly FateScenario[],
  messages: number,
  onReport: (report: FateReport) => void = () => undefined,
): Promise<readonly FateReport[]> {
  const runs: FateRun[] = [];
  await helper.startServer();
  scaleMinute(minute);
  try {
    for (const [index, scenario] of scenarios.entries()) {
      const simulator = await Simulator.start({ timeScale, requestLimit: limit, tokenLifetime });
      runs.push(new FateRun(scenario, simulator, index));
    }
    const secrets = Object.fromEntries(runs.map(({ connectionId }) => [connectionId, credentials]));
    await helper.load(allNodes, flowOf(runs), secrets);
    listen(runs);
    const waiting = [...runs];
    const reports = new Map<FateRun, FateReport>();
    const work = async (): Promise<void> => {
      for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
        const report = await run.run(messages);
        reports.set(run, report);
        onReport(report);
      }
    };
    await Promise.all(Array.from({ length: mostAtOnce }, work));
    return runs.flatMap((run) => reports.get(run) ?? []);
  } finally {
    await unload();
    await Promise.all(runs.map(({ simulator }) => simulator.close()));
    await helper.stopServer();
  }
}
