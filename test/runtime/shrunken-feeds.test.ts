/**
 * Full feeds that are fed to an import node directly, in Node-RED: what has shrunk is given back, and goes with force.
 */
import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { Simulator } from '../../src/simulator/index.ts';
import {
  allNodes,
  Collector,
  credentials,
  helper,
  importFlow,
  importNode,
  scaleMinute,
  unload,
} from '../support/flow.ts';

const minute = 300;
const items = Array.from({ length: 10 }, (_, number) => ({
  ...{ PartNo: `S${number}`, WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 },
}));

describe('shrunken full feeds in Node-RED', function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let got: Collector;

  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    scaleMinute(minute);
    simulator = await Simulator.start({ timeScale: 60_000 / minute, mood: 'kind' });
    for (const { PartNo } of items) simulator.catalogue.addSku(PartNo);
    await helper.load(allNodes, flow(), { connection: credentials });
    got = collector();
    await send(10);
    await got.until(() => got.of('succeeded').length === 1);
  });
  afterEach(async () => {
    await unload();
    await simulator.close();
  });

  function flow(more: object = {}): object[] {
    return [
      ...importFlow('import-onhands', simulator, {
        ...{ fullFile: 'message', wires: [['accepted', 'job'], ['rejected']] },
        ...more,
      }),
      {
        id: 'job',
        z: 'tab',
        type: 'norce-job-status',
        connection: 'connection',
        wires: [['succeeded'], [], []],
      },
      { id: 'succeeded', z: 'tab', type: 'helper', wires: [] },
    ];
  }

  const collector = () => new Collector(['accepted', 'rejected', 'succeeded', 'caught', 'completed']);
  const active = () => simulator.catalogue.all('onhands').filter(({ IsActive }) => IsActive === true).length;

  /** Sends the first of the items as a full feed. */
  async function send(count: number, norce: object = {}): Promise<void> {
    const before = got.of('completed').length + got.of('caught').length;
    importNode().receive({
      payload: items.slice(0, count),
      norce: { fullFile: true, ...norce },
    } as NodeMessage);
    await got.ended(before + 1);
  }

  it('gives one back, and sends it when it comes back with force', async () => {
    const sent = simulator.requests.length;
    await send(7);
    assert.equal(got.of('caught')[0]?.error?.code, 'FULL_FEED_SHRUNK');
    const [back] = got.of('rejected');
    assert.ok(back !== undefined);
    const { code, outcome, message = '' } = back.norce;
    assert.deepEqual([code, outcome, back.norce.items], ['FULL_FEED_SHRUNK', 'not sent', 7]);
    assert.match(message, /7 items within w,l, a former one had 10\..*msg\.norce\.force/);
    assert.deepEqual(back.payload, items.slice(0, 7));
    assert.equal(simulator.requests.length, sent);
    assert.equal(active(), 10);

    importNode().receive({ ...back, norce: { ...back.norce, force: true } } as NodeMessage);
    await got.ended(3);
    assert.equal(got.of('accepted').length, 2);
    await got.until(() => got.of('succeeded').length === 2);
    assert.ok(!('force' in (got.of('accepted')[1]?.norce ?? { force: true })));
    assert.equal(active(), 7, 'three were deactivated, as somebody meant it');
    await send(6);
    await got.until(() => got.of('succeeded').length === 3);
  });

  it('asks for the same again when what was forced could not be sent', async () => {
    simulator.faults.add({ kind: 'status', status: 400, path: 'Onhand' });
    await send(7, { force: true });
    const back = got.of('rejected')[0]?.norce as { code?: string; force?: boolean } | undefined;
    assert.deepEqual([back?.code, back?.force], ['BAD_REQUEST', true]);
  });

  it('lets force be nothing but true or false, and not send what is empty', async () => {
    await send(7, { force: 'yes' });
    await send(0, { force: true });
    assert.deepEqual(
      got.of('caught').map(({ error }) => error?.code),
      ['OPTION_INVALID', 'FULL_FEED_EMPTY'],
    );
    assert.equal(active(), 10);
  });

  it('refuses in a dry run what it would refuse', async () => {
    await helper.setFlows(flow({ dryRun: true }), 'nodes', { connection: credentials });
    got = collector();
    await send(7);
    assert.equal(got.of('rejected')[0]?.norce.code, 'FULL_FEED_SHRUNK');
    await send(8);
    assert.deepEqual(
      got.of('accepted').map(({ norce }) => [norce.dryRun, norce.items]),
      [[true, 8]],
    );
  });
});
