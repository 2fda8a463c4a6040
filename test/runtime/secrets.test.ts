/**
 * Promise 8: the secret's text is nowhere but in the credentials, after success and after every kind of failure.
 */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Node } from 'node-red';
import type { FaultKind } from '../../src/simulator/index.ts';
import { Simulator } from '../../src/simulator/index.ts';
import {
  type Collector,
  helper,
  importFlow,
  importNode,
  load,
  scaleMinute,
  unload,
} from '../support/flow.ts';

const secret = 'Very-Secret_1~text';
const credentials = { connection: { clientId: 'erp', clientSecret: secret } };
const item = { PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };

/** Forms in which a secret might be written down. */
const forms = [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
  Buffer.from(`erp:${secret}`).toString('base64'),
];

function assertSecretless(what: unknown, where: string): void {
  for (const text of [
    JSON.stringify(what) ?? '',
    inspect(what, { depth: 12, showHidden: true, maxStringLength: null }),
  ]) {
    for (const form of forms) assert.ok(!text.includes(form), `the secret is in ${where}`);
  }
}

describe('promise 8: secrets stay secret', () => {
  let simulator: Simulator;
  const statuses: unknown[] = [];

  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    scaleMinute(200);
    simulator = await Simulator.start({
      timeScale: 300,
      clients: [{ id: 'erp', secret }],
      requestLimit: Number.POSITIVE_INFINITY,
    });
    statuses.length = 0;
  });
  afterEach(async () => {
    await unload();
    await simulator.close();
  });

  /** A flow whose connection gives up soon. */
  function flow(more: object = {}): object[] {
    const nodes = importFlow('import-onhands', simulator);
    Object.assign(nodes[1] as object, { timeout: '1', deadline: '2', ...more });
    return nodes;
  }

  async function run(nodes: object[], given: object = credentials): Promise<Collector> {
    const got = await load(nodes, given);
    (importNode() as Node & { on(event: string, listener: (call: { args: unknown[] }) => void): void }).on(
      'call:status',
      (call) => statuses.push(call.args),
    );
    importNode().receive({ payload: [item] });
    await got.ended();
    await new Promise((resolve) => setImmediate(resolve));
    return got;
  }

  function check(got: Collector): void {
    for (const [id, messages] of got.messages) assertSecretless(messages, `messages of ${id}`);
    assertSecretless(helper.log().args, 'the log');
    assertSecretless(statuses, 'a status');
    assertSecretless(simulator.requests, 'what the simulator recorded');
    assert.ok(statuses.length > 0);
  }

  it('after success', async () => {
    const got = await run(flow());
    assert.equal(got.of('accepted').length, 1);
    check(got);
  });

  const faults: readonly FaultKind[] = [
    'unauthorized',
    'tooManyRequests',
    'serverError',
    'unavailable',
    'reset',
    'stall',
    'html',
    'lostAnswer',
    'malformed',
  ];
  for (const kind of faults) {
    it(`after the fault ${kind}`, async () => {
      simulator.faults.add({ kind, count: 1000 });
      const got = await run(flow());
      assert.equal(got.of('accepted').length, 0);
      assert.equal(got.of('caught').length, 1);
      check(got);
    });
  }

  it('after a fault of the token endpoint that repeats what it was sent', async () => {
    const { createServer } = await import('node:http');
    const echo = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        response.writeHead(400, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: 'invalid_client', error_description: `you sent ${body}` }));
      });
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as { port: number };
    const got = await run(flow({ tokenUrl: `http://127.0.0.1:${port}/token` }));
    echo.close();
    assert.equal(got.of('caught')[0]?.error?.code, 'TOKEN_REJECTED');
    check(got);
  });

  it('after a rejected secret, a missing one and a bad address', async () => {
    const rejected = await run(flow(), { connection: { clientId: 'other', clientSecret: secret } });
    assert.equal(rejected.of('caught')[0]?.error?.code, 'TOKEN_REJECTED');
    check(rejected);
    await unload();
    scaleMinute(200);
    const plain = await run(flow({ connectUrl: 'http://example.com' }));
    assert.equal(plain.of('caught').at(-1)?.error?.code, 'ADDRESS_NOT_HTTPS');
    check(plain);
  });
});
