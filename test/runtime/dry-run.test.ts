/**
 * A dry run tells everything and sends nothing: no request of any kind arrives, not even one for a token.
 */
import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import type { ConnectConfigNode } from '../../src/runtime/connect-config.ts';
import { ConnectServer } from '../connection/support/connect-server.ts';
import { type Collector, helper, importFlow, importNode, load, unload } from '../support/flow.ts';

const items = [
  { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 },
  { PartNo: 'B', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 2, IncomingValue: 3 },
  { WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 4 },
  { PartNo: 'C', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 },
];

describe('dry run', () => {
  let server: ConnectServer;
  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    server = new ConnectServer();
    await server.start();
  });
  afterEach(async () => {
    await unload();
    await server.stop();
  });

  async function run(connection: object, node: object, payload: unknown = items): Promise<Collector> {
    const flow = importFlow('import-onhands', server.addresses, node);
    Object.assign(flow[1] as object, connection);
    const got = await load(flow);
    importNode().receive({ payload, topic: 'kept' });
    await got.ended();
    return got;
  }

  function arrived(): number {
    return server.tokenRequests + server.arrivals.length;
  }

  const switchedOn: readonly [name: string, connection: object, node: object][] = [
    ['by the connection', { dryRun: true }, {}],
    ['by the connection although the node says no', { dryRun: true }, { dryRun: false }],
    ['by the node', { dryRun: false }, { dryRun: true }],
  ];
  for (const [name, connection, node] of switchedOn) {
    it(`switched on ${name}: gives each request and the rejected items`, async () => {
      const got = await run(connection, node);
      const requests = got.of('accepted').map(({ payload, norce, topic }) => ({ payload, norce, topic }));
      assert.equal(requests.length, 2);
      for (const { payload, norce, topic } of requests) {
        assert.equal(topic, 'kept');
        assert.equal(norce.dryRun, true);
        assert.equal(norce.import, 'import-onhands');
        assert.equal(norce.items, payload.length);
        assert.equal(norce.header?.AccountId, 10000);
        assert.ok(Array.isArray(norce.header?.SkuOnhandFieldsThatAreSet));
        assert.ok(!('jobId' in norce) && !('attempts' in norce));
      }
      assert.deepEqual(
        requests.flatMap(({ payload }) => payload).sort((a, b) => partNo(a).localeCompare(partNo(b))),
        [items[0], items[1], items[3]],
      );
      assert.equal(got.of('rejected').length, 1);
      assert.equal(got.of('rejected')[0]?.norce.code, 'ITEMS_REJECTED');
      assert.equal(got.of('rejected')[0]?.norce.rejected?.[0]?.index, 2);
      assert.equal(got.of('caught').length, 0);
      assert.equal(arrived(), 0);
      const { connection: used } = (helper.getNode('connection') as ConnectConfigNode).open();
      assert.equal(used.status.used, 0);
    });
  }

  it('tells of the same requests that are then sent', async () => {
    const dry = await run({}, { dryRun: true });
    const told = dry.of('accepted').map(({ payload, norce }) => ({ payload, header: norce.header }));
    await unload();
    const real = await run({}, {});
    const sent = real.of('accepted').map(({ payload, norce }) => ({ payload, header: norce.header }));
    assert.equal(server.arrivals.length, 2);
    assert.deepEqual(sort(sent), sort(told));
    assert.ok(real.of('accepted').every(({ norce }) => norce.jobId !== undefined && !('dryRun' in norce)));
  });

  it('tells of what would wait for a job, and for how many stages', async () => {
    const infos = (Value: string) => ({ ...items[0], Infos: [{ Code: 'a', Value }] });
    const got = await run({}, { dryRun: true }, [infos('v'), infos('w'), infos('x')]);
    assert.deepEqual(
      got.of('accepted').map(({ payload, norce }) => [norce.stage, payload]),
      ['v', 'w', 'x'].map((value, stage) => [stage, [infos(value)]]),
    );
    assert.deepEqual(got.of('rejected'), []);
    assert.equal(arrived(), 0);
  });

  it('shows itself in the status', async () => {
    const texts: string[] = [];
    const flow = importFlow('import-onhands', server.addresses, { dryRun: true });
    const got = await load(flow);
    (
      importNode() as Node & {
        on(event: string, listener: (call: { args: { text?: string }[] }) => void): void;
      }
    ).on('call:status', (call) => texts.push(call.args[0]?.text ?? ''));
    importNode().receive({ payload: items });
    await got.ended();
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.match(texts.at(-1) ?? '', /dryRun|dry run/);
  });

  it('still refuses what a real run would refuse', async () => {
    const got = await run({}, { dryRun: true }, 'no array');
    assert.equal(got.of('caught')[0]?.error?.code, 'PAYLOAD_NOT_ARRAY');
    await unload();
    const full = await run({}, { dryRun: true, fullFile: 'yes' });
    assert.equal(full.of('caught')[0]?.error?.code, 'FULL_FEED_ITEMS_REJECTED');
    assert.equal(full.of('accepted').length, 0);
    assert.equal(arrived(), 0);
  });

  it('sends nothing where the switch cannot be read', async () => {
    const got = await run({}, { dryRun: 'yes' });
    assert.equal(got.of('caught')[0]?.error?.code, 'CONFIG_INVALID');
    assert.equal(arrived(), 0);
  });
});

function partNo(item: unknown): string {
  return (item as { PartNo: string }).PartNo;
}

function sort(requests: readonly object[]): string[] {
  return requests.map((request) => JSON.stringify(request)).sort();
}
