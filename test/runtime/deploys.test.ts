/**
 * A request under way and a message that waits, while a deploy changes, renames or deletes what they belong to.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Node, NodeInitializer } from 'node-red';
import { ConnectServer } from '../connection/support/connect-server.ts';
import {
  allNodes,
  connectionNode,
  helper,
  type Received,
  credentials as sharedCredentials,
  unload,
} from '../support/flow.ts';

type FlowNode = Readonly<Record<string, unknown>>;
type DeployType = 'full' | 'nodes' | 'flows';

const deployTypes: readonly DeployType[] = ['full', 'nodes', 'flows'];
/** Node-RED keeps the object that it is given, and writes to it. */
const credentials = () => ({ ...sharedCredentials });
/** Undefined while it is closed or deleted. */
const nodeOf = (id: string) => (helper.getNode(id) as Node | null | undefined) ?? undefined;
const stock = (id: string) => [{ PartNo: id, WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 }];

/** Lets the slow node that is closing go; undefined when none is, or when it is not to be slow. */
let letGo: (() => void) | undefined;
let isSlow = false;

/** A node that takes its time to close, as nodes do that hold a file or a socket. */
const slowNode: NodeInitializer = (RED) => {
  RED.nodes.registerType('slow', function (this: Node, definition) {
    RED.nodes.createNode(this, definition);
    this.on('close', (done: () => void) => {
      if (isSlow) letGo = done;
      else done();
    });
  });
};

/** A node of another type that also has two ports. */
const foreignNode: NodeInitializer = (RED) => {
  RED.nodes.registerType('foreign', function (this: Node, definition) {
    RED.nodes.createNode(this, definition);
  });
};

describe('deploys', () => {
  let server: ConnectServer;
  /** Requests under way, unanswered. */
  let held: ServerResponse[];
  /** What each receiver got, whichever deploy made it. */
  let got: { readonly by: string; readonly message: Received }[];
  let heard: WeakSet<Node>;

  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    held = [];
    got = [];
    heard = new WeakSet();
    server = new ConnectServer();
    server.behaviour.connect = (_request, _body, response) => {
      held.push(response);
      return once(response, 'close').then(() => undefined);
    };
    await server.start();
  });
  afterEach(async () => {
    isSlow = false;
    letGo?.();
    await unload();
    await server.stop();
  });

  /** One request a minute: the second message has to wait. */
  const connection = (more: object = {}): FlowNode =>
    connectionNode(server.addresses, { requestsPerMinute: '1', ...more }) as FlowNode;
  const onTab = (id: string, type: string, more: object = {}): FlowNode => ({
    id,
    type,
    z: 'tab',
    x: 1,
    y: 1,
    wires: [],
    ...more,
  });
  const importer = onTab('import', 'norce-import-onhands', {
    connection: 'connection',
    wires: [['accepted'], ['returned']],
  });
  const receivers = [
    onTab('accepted', 'helper'),
    onTab('returned', 'helper'),
    onTab('catch', 'catch', { scope: null, uncaught: false, wires: [['caught']] }),
    onTab('caught', 'helper'),
  ];
  const tab = { id: 'tab', type: 'tab', label: 'test' };
  const flow = (...more: readonly FlowNode[]): FlowNode[] => [tab, ...receivers, ...more];

  function listen(): void {
    for (const by of ['accepted', 'returned', 'caught']) {
      const node = nodeOf(by);
      if (node === undefined || heard.has(node)) continue;
      heard.add(node);
      node.on('input', (message) => void got.push({ by, message: message as Received }));
    }
  }

  async function start(nodes: readonly FlowNode[] = flow(connection(), importer)): Promise<void> {
    await helper.load([...allNodes, slowNode, foreignNode], nodes, { connection: credentials() });
    listen();
  }

  async function deploy(nodes: readonly FlowNode[], type: DeployType): Promise<void> {
    const known = nodes.some(({ id }) => id === 'connection');
    await helper.setFlows(nodes, type, known ? { connection: credentials() } : {});
    listen();
  }

  async function until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 90_000;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`It did not happen. Got: ${JSON.stringify(got)}`);
      await wait(5);
    }
  }

  function send(id: string, node = 'import'): void {
    helper.getNode(node).receive({ payload: stock(id), _msgid: id } as never);
  }

  /** A request under way, and a message that waits for the next minute. */
  async function sendTwo(): Promise<void> {
    send('first');
    await until(() => held.length === 1);
    send('second');
    await wait(20);
  }

  const answer = (jobId: string): void => void held.at(-1)?.end(JSON.stringify({ JobId: jobId }));
  const of = (id: string): string[] =>
    got
      .filter(({ message }) => message._msgid === id)
      .map(({ by, message: { norce, error } }) => `${by} ${error?.code ?? norce.jobId ?? norce.code}`);
  const logged = (pattern: RegExp): string[] =>
    helper
      .log()
      .args.map(([{ msg }]) => String(msg))
      .filter((text) => pattern.test(text));
  const gaveBack = ['returned NOT_SENT', 'caught NOT_SENT'];

  for (const deploys of [1, 2, 3]) {
    it(`give the result of a request under way, also when there are ${deploys} of them`, async () => {
      await start();
      send('first');
      await until(() => held.length === 1);
      for (let count = 0; count < deploys; count++) await deploy(flow(connection(), importer), 'full');
      answer('7');
      await until(() => of('first').length > 0);
      assert.deepEqual(of('first'), ['accepted 7']);
    });
  }

  for (const type of deployTypes) {
    describe(`by a deploy of kind ${type}`, () => {
      const changes: Readonly<Record<string, () => FlowNode[]>> = {
        'connection renamed': () => flow(connection({ name: 'renamed' }), importer),
        'limit of the connection changed': () => flow(connection({ requestsPerMinute: '2' }), importer),
        'import node renamed': () => flow(connection(), { ...importer, name: 'renamed' }),
        'both renamed': () => flow(connection({ name: 'renamed' }), { ...importer, name: 'renamed' }),
      };
      for (const [what, changed] of Object.entries(changes)) {
        it(`${what}: the result comes, what waited is given back, and both only once`, async () => {
          await start();
          await sendTwo();
          await deploy(changed(), type);
          await until(() => of('second').length === 2);
          answer('7');
          await until(() => of('first').length > 0);
          await wait(50);
          assert.deepEqual(of('first'), ['accepted 7']);
          assert.deepEqual(of('second'), gaveBack);
          assert.equal(server.arrivals.length, 1);
        });
      }

      it('another secret: the result of the former comes, and the next token is asked for with the new one', async () => {
        const secrets: (string | null)[] = [];
        server.behaviour.token = (form, response) => {
          secrets.push(form.get('client_secret'));
          server.grant(response);
        };
        const wide = { requestsPerMinute: '60' };
        await start(flow(connection(wide), importer));
        send('first');
        await until(() => held.length === 1);
        const changed = { ...sharedCredentials, clientSecret: 'another-secret' };
        await helper.setFlows(flow({ ...connection(wide), credentials: { ...changed } }, importer), type, {
          connection: changed,
        });
        listen();
        send('second');
        await until(() => held.length === 2);
        held[0]?.end('{"JobId":"7"}');
        held[1]?.end('{"JobId":"8"}');
        await until(() => got.length === 2);
        assert.deepEqual([of('first'), of('second')], [['accepted 7'], ['accepted 8']]);
        assert.deepEqual(secrets, [sharedCredentials.clientSecret, 'another-secret']);
      });

      it('connection deleted: the result comes, what waited is given back, later messages miss it', async () => {
        await start();
        await sendTwo();
        await deploy(flow(importer), type);
        send('third');
        await until(() => of('third').length > 0 && of('second').length === 2);
        answer('7');
        await until(() => of('first').length > 0);
        assert.deepEqual(of('first'), ['accepted 7']);
        assert.deepEqual(of('second'), gaveBack);
        assert.deepEqual(of('third'), ['caught CONNECTION_MISSING']);
        assert.equal(server.arrivals.length, 1);
      });

      it('connection deleted and brought back: the limit is not forgotten', async () => {
        await start();
        await sendTwo();
        answer('7');
        await until(() => of('first').length > 0);
        await deploy(flow(importer), type);
        await deploy(flow(connection(), importer), type);
        send('third');
        await wait(100);
        assert.equal(server.arrivals.length, 1);
        await deploy(flow(importer), type);
        await until(() => of('third').length === 2);
        assert.deepEqual(of('third'), gaveBack);
      });

      for (const [what, rest] of [
        ['import node deleted', () => flow(connection())],
        ['both deleted', () => flow()],
        [
          'flow disabled',
          () => flow(connection(), importer).map((n) => (n === tab ? { ...n, disabled: true } : n)),
        ],
        ['id given to a node of another type', () => flow(connection(), { ...importer, type: 'foreign' })],
      ] as const) {
        it(`${what}: the log names message and job, and what was not sent`, async () => {
          await start();
          await sendTwo();
          await deploy(rest(), type);
          await until(() => logged(/message second/).length === 2);
          answer('7');
          await until(() => logged(/message first/).length > 0);
          await wait(50);
          assert.deepEqual(got, []);
          const [line, ...others] = logged(/message first/);
          assert.match(line ?? '', /^\[norce-import-onhands:import] .*message first: .*"jobId":"7"/);
          assert.deepEqual(others, []);
          const [result, error] = logged(/message second/);
          assert.match(result ?? '', /result of message second: .*"NOT_SENT".*"not sent"/);
          assert.match(error ?? '', /error of message second: .*NOT_SENT/);
          assert.equal(server.arrivals.length, 1);
        });
      }

      it('only the receivers deployed: what comes while they are closed is told when they are there again', async () => {
        const slow = onTab('slow', 'slow');
        const wide = connection({ requestsPerMinute: '60' });
        await start(flow(wide, importer, slow));
        send('first');
        send('second');
        await until(() => held.length === 2);
        const changed = flow(wide, importer, { ...slow, name: 'x' }).map((node) =>
          ['accepted', 'returned', 'catch', 'caught'].includes(String(node.id))
            ? { ...node, name: 'x' }
            : node,
        );
        isSlow = true;
        const deployed = helper.setFlows(changed, type, { connection: credentials() });
        await until(() => nodeOf('slow') === undefined);
        held[0]?.end('{"JobId":"7"}');
        held[1]?.writeHead(400).end('{}');
        await wait(100);
        isSlow = false;
        letGo?.();
        await deployed;
        listen();
        await until(() => of('first').length === 1 && of('second').length === 2);
        assert.deepEqual(of('first'), ['accepted 7']);
        assert.deepEqual(of('second'), ['returned BAD_REQUEST', 'caught BAD_REQUEST']);
        assert.deepEqual(logged(/Nobody received/), []);
      });

      it('a subflow deployed anew: the result leaves by the node inside it', async () => {
        const subflow = (info: string): FlowNode => ({
          id: 'subflow',
          type: 'subflow',
          name: 'stock',
          info,
          in: [{ x: 1, y: 1, wires: [{ id: 'inner' }] }],
          out: [{ x: 1, y: 1, wires: [{ id: 'inner', port: 0 }] }],
        });
        const inner = { ...importer, id: 'inner', z: 'subflow', wires: [[], []] };
        const instance = onTab('instance', 'subflow:subflow', { wires: [['accepted']] });
        const nodes = (name: string) => flow(connection({ name }), subflow('x'), inner, instance);
        await start(nodes(''));
        send('first', 'instance-inner');
        await until(() => held.length === 1);
        await deploy(nodes('renamed'), type);
        answer('7');
        await until(() => of('first').length > 0);
        assert.deepEqual(of('first'), ['accepted 7']);
      });
    });
  }
});
