/**
 * What leaves an import node beside the items: other properties that nobody shares, and everything that a wire
 * back to the node needs to send the same thing again.
 */
import assert from 'node:assert/strict';
import { Simulator } from '../../src/simulator/index.ts';
import { ConnectServer } from '../connection/support/connect-server.ts';
import {
  helper,
  importFlow,
  importNode,
  type LocalConnect,
  load,
  scaleMinute,
  unload,
} from '../support/flow.ts';

const stock = { PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
const threeStocks = ['P', 'Q', 'R'].map((PartNo) => ({ ...stock, PartNo }));

/** An import-onhands node that puts each item into a request of its own. */
function oneItemEach(connect: LocalConnect): object[] {
  return importFlow('import-onhands', connect).map((node) => ({ ...node, maximumItems: '1' }));
}

describe('messages out of an import node', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await Simulator.start({
      mood: 'kind',
      timeScale: 100,
      requestLimit: Number.POSITIVE_INFINITY,
    });
    await helper.startServer();
  });
  after(async () => {
    await helper.stopServer();
    await simulator.close();
  });
  beforeEach(() => simulator.reset());
  afterEach(unload);

  it('share no other property, whatever a later node does to the first of them', async () => {
    const got = await load(oneItemEach(simulator));
    helper.getNode('accepted').on('input', (message) => {
      const { trace, norce } = message as unknown as { trace: string[]; norce: { jobId: string } };
      trace.push(norce.jobId);
    });
    importNode().receive({ payload: threeStocks, trace: [] } as never);
    await got.ended();
    const messages = got.of('accepted') as unknown as { trace: string[]; norce: { jobId: string } }[];
    assert.equal(messages.length, 3);
    for (const { trace, norce } of messages) assert.deepEqual(trace, [norce.jobId]);
  });

  it('leave although another property cannot be copied', async () => {
    const got = await load(oneItemEach(simulator));
    const unreadable = Object.defineProperty({}, 'secret', {
      enumerable: true,
      get: () => {
        throw new Error('not for you');
      },
    });
    importNode().receive({ payload: threeStocks, unreadable } as never);
    await got.until(() => got.of('accepted').length + got.of('rejected').length === 3);
    assert.deepEqual(got.of('rejected'), []);
  });

  it('carry what the message asked for on the second port, so that a wire back asks for it again', async () => {
    const got = await load(importFlow('import-supplier-products', simulator, { supplierId: '101' }));
    const wish = { accountId: 10002, supplierId: 202, fields: { FieldsThatAreSet: ['Manufacturer'] } };
    const wrong = { SupplierPartNo: 'S', Manufacturer: 5 };
    importNode().receive({ payload: [wrong], norce: { ...wish, jobId: '1', header: {} } } as never);
    await got.ended();
    const [back] = got.of('rejected');
    assert.ok(back);
    const { accountId, supplierId, fields, jobId } = back.norce as unknown as Record<string, unknown>;
    assert.deepEqual({ accountId, supplierId, fields }, wish);
    assert.equal(jobId, undefined);
    importNode().receive({ ...back, payload: [{ ...wrong, Manufacturer: 'NORDIC' }] } as never);
    await got.ended(2);
    const header = got.of('accepted')[0]?.norce.header;
    assert.deepEqual([header?.AccountId, header?.SupplierId], [10002, 202]);
  });

  it('pass nothing of it on by the first port: a second import node is another matter', async () => {
    const got = await load(importFlow('import-onhands', simulator));
    const fields = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
    importNode().receive({ payload: [stock], norce: { accountId: 10002, fields } } as never);
    await got.ended();
    const norce = got.of('accepted')[0]?.norce as object;
    assert.ok(!('fields' in norce) && !('accountId' in norce));
  });
});

describe('the outcome of a request that was perhaps received', () => {
  let server: ConnectServer;
  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    server = new ConnectServer();
    await server.start();
    scaleMinute(300);
  });
  afterEach(async () => {
    await unload();
    await server.stop();
  });

  const answers: [string, code: string, statuses: readonly number[], text: string][] = [
    ['an answer too long to read', 'ANSWER_TOO_LARGE', [200], ' '.repeat(6_000_000)],
    ['a refusal after an attempt that failed', 'BAD_REQUEST', [500, 400], 'no'],
  ];
  for (const [what, code, statuses, text] of answers) {
    it(`is unknown: ${what}`, async () => {
      const left = [...statuses];
      server.behaviour.connect = (_request, _body, response) => {
        response.writeHead(left.shift() ?? 400).end(text);
      };
      const got = await load(importFlow('import-onhands', server.addresses));
      importNode().receive({ payload: [stock] });
      await got.ended();
      const norce = got.of('rejected')[0]?.norce;
      assert.deepEqual([norce?.code, norce?.outcome], [code, 'unknown']);
      assert.match(String(norce?.message), /look at Job\/List/);
    });
  }

  it('come together for what was not tried when Connect cannot be reached in time', async () => {
    scaleMinute(600);
    const [tokens, nobody] = await Promise.all([Simulator.start(), Simulator.start()]);
    const { connectUrl } = nobody;
    await nobody.close();
    const flow = oneItemEach({ connectUrl, tokenUrl: tokens.tokenUrl });
    Object.assign(flow[1] as object, { deadline: '1' });
    const got = await load(flow);
    const items = Array.from({ length: 50 }, (_, index) => ({ ...stock, PartNo: `P${index}` }));
    importNode().receive({ payload: items });
    await got.ended();
    await tokens.close();
    const back = got.of('rejected');
    assert.deepEqual(new Set(back.map((message) => message.norce.code)), new Set(['CONNECT_UNAVAILABLE']));
    assert.equal(
      back.reduce((sum, message) => sum + message.norce.items, 0),
      items.length,
    );
    assert.ok(back.length < 10, `${back.length} messages`);
    assert.equal(got.of('caught').length, 1);
  });
});
