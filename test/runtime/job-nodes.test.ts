/**
 * The nodes about jobs in Node-RED: waits outlive deploys, messages keep what can be kept, and errors name the job.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Node } from 'node-red';
import { Simulator } from '../../src/simulator/index.ts';
import {
  allNodes,
  Collector,
  connectionNode,
  credentials,
  helper,
  scaleMinute,
  unload,
} from '../support/flow.ts';

/** What leaves a job node. */
interface Told {
  readonly _msgid: string;
  readonly topic?: unknown;
  readonly payload: unknown;
  readonly norce: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string; readonly code?: string };
}

const outlets = ['succeeded', 'failed', 'progress', 'restarted', 'caught', 'completed'] as const;
const stock = (number: number) => ({
  PartNo: `P${number}`,
  WarehouseCode: 'W',
  LocationCode: 'L',
  OnhandValue: 1,
});

function payloadOf<Payload>(message: Told | undefined): Payload {
  assert.ok(message !== undefined);
  return message.payload as Payload;
}

describe('nodes about jobs', () => {
  let simulator: Simulator;
  let collector: Collector;

  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    scaleMinute(1200);
    simulator = await Simulator.start({ timeScale: 50, mood: 'kind' });
  });
  afterEach(async () => {
    await unload();
    await simulator.close();
  });

  function flow(more: object = {}, hasJobNode = true): object[] {
    const job = { z: 'tab', connection: 'connection' };
    return [
      { id: 'tab', type: 'tab', label: 'test' },
      connectionNode(simulator),
      { ...job, id: 'import', type: 'norce-import-onhands', wires: [hasJobNode ? ['job'] : [], []] },
      ...(hasJobNode
        ? [
            {
              ...job,
              id: 'job',
              type: 'norce-job-status',
              wires: [['succeeded'], ['failed'], ['progress']],
              ...more,
            },
          ]
        : []),
      { ...job, id: 'restart', type: 'norce-job-restart', wires: [['restarted']] },
      ...outlets.map((id) => ({ id, z: 'tab', type: 'helper', wires: [] })),
      { id: 'catch', z: 'tab', x: 1, y: 1, type: 'catch', scope: null, wires: [['caught']] },
      ...(hasJobNode
        ? [{ id: 'complete', z: 'tab', x: 1, y: 2, type: 'complete', scope: ['job'], wires: [['completed']] }]
        : []),
    ];
  }

  async function start(more: object = {}): Promise<void> {
    await helper.load(allNodes, flow(more), { connection: credentials });
    collector = new Collector(outlets);
  }

  async function deploy(type: 'full' | 'nodes' | 'flows', hasJobNode = true): Promise<void> {
    await helper.setFlows(flow({ name: String(Math.random()) }, hasJobNode), type, {
      connection: credentials,
    });
    collector = new Collector(outlets);
  }

  const told = (id: (typeof outlets)[number]) => collector.of(id) as unknown as readonly Told[];
  const node = (id: string): Node => helper.getNode(id);

  async function toldAt(id: (typeof outlets)[number], count = 1): Promise<readonly Told[]> {
    await collector.until(() => told(id).length >= count);
    return told(id);
  }

  it('tells how a job ended, with what the message carried', async () => {
    await start();
    node('import').receive({ payload: [stock(1), stock(2)], topic: 'nightly', _msgid: 'one' } as never);
    const [message] = await toldAt('succeeded');
    assert.deepEqual([message?.topic, message?._msgid, message?.payload], ['nightly', 'one', []]);
    const { import: name, outcome, status, state, items, totals, fail, jobId } = message?.norce ?? {};
    assert.deepEqual(
      { name, outcome, status, state, items, totals, fail, jobId },
      {
        name: 'import-onhands',
        outcome: 'succeeded',
        status: 2,
        state: 'succeeded',
        items: 2,
        totals: 2,
        fail: 0,
        jobId: String(simulator.jobs.at(-1)?.id),
      },
    );
    assert.ok(told('completed').length === 1 && told('caught').length === 0);
  });

  it('completes the message when its wait is on disk, before the job has ended', async () => {
    await start();
    simulator.outcomes.addJob({ neverEnds: true });
    node('import').receive({ payload: [stock(1)] } as never);
    await toldAt('completed');
    assert.equal(told('succeeded').length + told('failed').length, 0);
  });

  it('tells what failed, item by item, and the progress before', async () => {
    await start();
    simulator.outcomes.addJob({ states: [6, 5], endsAfter: 30_000, status: 3, message: 'Gone.' });
    node('import').receive({ payload: [stock(1)] } as never);
    const [message] = await toldAt('failed');
    assert.deepEqual([message?.norce.outcome, message?.norce.status], ['failed', 3]);
    assert.ok(payloadOf<{ message: string }[]>(message).some((problem) => problem.message === 'Gone.'));
    const states = (await toldAt('progress')).map(({ norce }) => norce.state);
    assert.ok(
      states.every((state) => ['initialized', 'queued', 'validating'].includes(String(state))),
      String(states),
    );
  });

  it('gives the items that failed in a succeeded job', async () => {
    await start();
    simulator.outcomes.addItem({ match: { PartNo: 'P2' }, severity: 'error', message: 'No such SKU.' });
    node('import').receive({ payload: [stock(1), stock(2), stock(3)] } as never);
    const [message] = await toldAt('succeeded');
    assert.deepEqual([message?.norce.fail, message?.norce.logErrors], [1, 1]);
    const [problem, ...others] =
      payloadOf<readonly { index: number; severity: string; message: string }[]>(message);
    assert.deepEqual([problem?.index, problem?.severity, problem?.message], [1, 'error', 'No such SKU.']);
    assert.equal(others.length, 0);
  });

  it('keeps what JSON can hold, up to 64 kB, and names what it could not keep', async () => {
    await start();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const message = {
      payload: [stock(1)],
      topic: 'kept',
      circle,
      big: 'x'.repeat(70_000),
      call: () => 1,
      req: {},
      res: {},
    };
    node('import').receive(message as never);
    const [out] = await toldAt('succeeded');
    assert.equal(out?.topic, 'kept');
    assert.deepEqual([...((out as Told).norce.notKept as string[])].sort(), ['big', 'call', 'circle']);
    for (const name of ['circle', 'big', 'call', 'req', 'res']) assert.ok(!(name in (out as object)), name);
  });

  for (const type of ['full', 'nodes', 'flows'] as const) {
    it(`goes on waiting over a deploy of ${type}, and tells it once`, async () => {
      await start();
      simulator.outcomes.addJob({ endsAfter: 60_000 });
      node('import').receive({ payload: [stock(1)], topic: 'deploy' } as never);
      await toldAt('completed');
      await deploy(type);
      const [message] = await toldAt('succeeded');
      assert.deepEqual([message?.topic, message?.norce.repeated], ['deploy', undefined]);
      await wait(200);
      assert.equal(told('succeeded').length, 1);
    });
  }

  it('keeps the outcome for a node that is gone, until it is there again', async () => {
    await start();
    simulator.outcomes.addJob({ endsAfter: 20_000 });
    node('import').receive({ payload: [stock(1)], topic: 'gone' } as never);
    await toldAt('completed');
    await deploy('full', false);
    await simulator.settled();
    await wait(500);
    await deploy('full');
    const [message] = await toldAt('succeeded');
    assert.equal(message?.topic, 'gone');
  });

  it('gives a wait up after its limit, names the job, and can wait for it again', async () => {
    await start({ limit: '1' });
    const realNow = Date.now;
    simulator.outcomes.addJob({ endsAfter: 120_000 });
    node('import').receive({ payload: [stock(1)], topic: 'limit' } as never);
    await toldAt('completed');
    try {
      // The limit is in minutes of the wall clock: let one pass.
      Date.now = () => realNow() + 61_000;
      await deploy('full');
      const [message] = await toldAt('caught');
      assert.equal(message?.error?.code, 'JOB_WAIT_LIMIT');
      assert.deepEqual([message?.topic, message?.norce.jobId], ['limit', String(simulator.jobs.at(-1)?.id)]);
      node('job').receive({ norce: message?.norce } as never);
      await toldAt('succeeded');
    } finally {
      Date.now = realNow;
    }
  });

  it('waits for a job that was started elsewhere', async () => {
    await start({ jobId: '481001', jobIdType: 'str' });
    simulator.addForeignJobs(1);
    const id = String(simulator.jobs.at(-1)?.id);
    node('job').receive({ payload: 'x' } as never);
    if (id !== '481001') assert.fail(`the first foreign job is ${id}`);
    const [message] = await toldAt('succeeded');
    assert.deepEqual([message?.norce.jobId, message?.norce.import], ['481001', undefined]);
  });

  for (const [name, norce, code] of [
    ['no job id', {}, 'JOB_ID_MISSING'],
    ['something else', { jobId: { a: 1 } }, 'JOB_ID_INVALID'],
    ['text', { jobId: 'seven' }, 'JOB_ID_INVALID'],
    ['a number below 1', { jobId: -1 }, 'JOB_ID_INVALID'],
  ] as const) {
    for (const id of ['job', 'restart']) {
      it(`${id}: an error for ${name}`, async () => {
        await start();
        node(id).receive({ norce } as never);
        const [message] = await toldAt('caught');
        assert.equal(message?.error?.code, code);
      });
    }
  }

  it('does not wait for what a dry run has not sent', async () => {
    await start();
    node('job').receive({ norce: { dryRun: true } } as never);
    await toldAt('completed');
    assert.equal(told('caught').length, 0);
  });

  it('reads a job once, at the port of its state', async () => {
    await start({ mode: 'read' });
    simulator.outcomes.addJob({ endsAfter: 60_000, count: 1 });
    node('import').receive({ payload: [stock(1)] } as never);
    const [running] = await toldAt('progress');
    assert.equal(payloadOf<{ isFinished: boolean }>(running).isFinished, false);
    await simulator.settled();
    node('job').receive({ norce: { jobId: running?.norce.jobId } } as never);
    const [ended] = await toldAt('succeeded');
    assert.equal(payloadOf<{ status: number }>(ended).status, 2);
    node('job').receive({ norce: { jobId: 77 } } as never);
    const [message] = await toldAt('caught');
    assert.equal(message?.error?.code, 'JOB_NOT_FOUND');
  });

  it('reads the log of a job', async () => {
    await start({ mode: 'log' });
    node('import').receive({ payload: [stock(1)] } as never);
    const [message] = await toldAt('succeeded');
    const rows = payloadOf<readonly { severity: string; message: string }[]>(message);
    assert.equal(rows[0]?.message, 'Starting import.');
  });

  it('lists all jobs', async () => {
    await start({ mode: 'list' });
    simulator.addForeignJobs(3);
    node('job').receive({} as never);
    const [message] = await toldAt('succeeded');
    assert.equal(payloadOf<object[]>(message).length, 3);
  });

  it('restarts a job and passes its new id on', async () => {
    await start();
    simulator.outcomes.addJob({ status: 3, count: 1 });
    node('import').receive({ payload: [stock(1)], topic: 'again' } as never);
    const [failed] = await toldAt('failed');
    node('restart').receive(failed as never);
    const [restarted] = await toldAt('restarted');
    assert.deepEqual([restarted?.topic, restarted?.norce.restartOf], ['again', failed?.norce.jobId]);
    node('job').receive(restarted as never);
    const [message] = await toldAt('succeeded');
    assert.equal(message?.norce.restartOf, failed?.norce.jobId);
  });

  it('names the rule that forbids a restart', async () => {
    await start();
    node('import').receive({ payload: [stock(1)] } as never);
    const [first] = await toldAt('succeeded');
    node('import').receive({ payload: [stock(1)] } as never);
    await toldAt('succeeded', 2);
    node('restart').receive(first as never);
    const [message] = await toldAt('caught');
    assert.equal(message?.error?.code, 'NEWER_DATA_SENT');
    node('restart').receive({ ...first, norce: { ...first?.norce, force: 'yes' } } as never);
    assert.equal((await toldAt('caught', 2))[1]?.error?.code, 'OPTION_INVALID');
    node('restart').receive({ ...first, norce: { ...first?.norce, force: true } } as never);
    const [restarted] = await toldAt('restarted');
    assert.equal(restarted?.norce.force, undefined);
  });
});
