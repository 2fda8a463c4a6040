/**
 * What an integrator gets: the packed tarball, installed as the palette does it into a real Node-RED, flows
 * deployed over its HTTP API, messages in, jobs at a local Connect. On each line of Node-RED, with the oldest
 * Node.js that the package accepts, the newest of that line, and the one that runs the tests.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromRoot } from '../../scripts/build/paths.ts';
import { type ImportName, importNames, imports } from '../../src/contract/index.ts';
import { type RecordedRequest, Simulator } from '../../src/simulator/index.ts';
import { ConnectServer } from '../connection/support/connect-server.ts';
import {
  copyOf,
  environmentWith,
  type FlowNodes,
  installTarball,
  NodeRed,
  nodeRedLines,
  pack,
} from '../support/node-red.ts';
import { recorder, seenIn } from '../support/recorder.ts';
import { installNode, oldestNode } from './node-js.ts';

const manifest = JSON.parse(await readFile(fromRoot('package.json'), 'utf8')) as {
  readonly 'node-red': { readonly nodes: Readonly<Record<string, string>> };
};
const secret = 'end-to-end-secret';
const oldSecret = 'end-to-end-old-secret';
const eventSecret = 'end-to-end-event-secret';
const stock = { PartNo: 'P1', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 3 };

const place = { x: 100, y: 100, z: 'tab' };

/** An import node with a way in over HTTP. */
function importAt(url: string, name: ImportName, more: object = {}): FlowNodes {
  const id = `import ${url}`;
  const common = {
    connection: 'connection',
    accountId: '',
    ...('supplier' in imports[name] ? { supplierId: '1' } : {}),
  };
  return [
    { id: `in ${url}`, type: 'http in', url, method: 'post', ...place, wires: [[id]] },
    { id, type: `norce-${name}`, ...common, ...place, wires: [['accepted'], ['rejected']], ...more },
  ];
}

/** Items that come in over HTTP are collected; what is answered when they are complete. */
function collecting(): FlowNodes {
  const set = (p: string, to: string) => ({ t: 'set', p, pt: 'msg', to, tot: 'json' });
  return [
    { id: 'in collect', type: 'http in', url: '/collect', method: 'post', ...place, wires: [['collector']] },
    { id: 'in flush', type: 'http in', url: '/flush', method: 'post', ...place, wires: [['flush']] },
    {
      id: 'flush',
      type: 'change',
      rules: [set('flush', 'true'), set('payload', 'null')],
      ...place,
      wires: [['collector']],
    },
    {
      id: 'collector',
      type: 'norce-accumulator',
      connection: 'connection',
      import: 'import-onhands',
      collection: 'stock',
      ...place,
      wires: [['import batches'], [], []],
    },
    {
      id: 'import batches',
      type: 'norce-import-onhands',
      connection: 'connection',
      ...place,
      wires: [[], []],
    },
    { id: 'complete', type: 'complete', scope: ['collector'], ...place, wires: [['completed']] },
    {
      id: 'completed',
      type: 'change',
      rules: [set('payload', '{ "complete": true }')],
      ...place,
      wires: [['out']],
    },
  ];
}

/** Items come in over HTTP; what leaves a node on either port, or its error, is the answer. */
function httpFlow(simulator: Simulator, old: ConnectServer, more: object = {}): FlowNodes {
  return [
    { id: 'tab', type: 'tab', label: 'End to end' },
    {
      id: 'connection',
      type: 'norce-connect-config',
      name: 'local',
      addressMode: 'own',
      connectUrl: simulator.connectUrl,
      tokenUrl: simulator.tokenUrl,
      environment: 'playground',
      accountId: '10000',
      credentials: { clientId: 'erp', clientSecret: secret },
      ...more,
    },
    {
      id: 'old',
      type: 'norce-connect-config',
      addressMode: 'own',
      authentication: 'basic',
      connectUrl: old.addresses.connectUrl,
      accountId: '10000',
      credentials: { clientId: '1042', clientSecret: oldSecret },
      ...more,
    },
    ...importNames.flatMap((name) => importAt(`/items/${name}`, name)),
    ...importAt('/items', 'import-onhands'),
    ...collecting(),
    ...importAt('/dry', 'import-onhands', { dryRun: true }),
    ...importAt('/old', 'import-onhands', { connection: 'old' }),
    ...importAt('/wait', 'import-onhands', { wires: [['accepted', 'wait'], ['rejected']] }),
    {
      id: 'wait',
      type: 'norce-job-status',
      connection: 'connection',
      ...place,
      wires: [['ends'], ['ends'], []],
    },
    {
      id: 'event',
      type: 'norce-event',
      connection: 'connection',
      event: 'JobCompletedEvent',
      path: 'events',
      credentials: { secret: eventSecret },
      ...place,
      wires: [['events']],
    },
    ...recorder('ends', 'tab'),
    ...recorder('events', 'tab'),
    { id: 'catch', type: 'catch', scope: null, uncaught: false, ...place, wires: [['caught']] },
    ...[
      ['accepted', '{ "port": 1, "norce": norce }'],
      ['rejected', '{ "port": 2, "norce": norce }'],
      ['caught', '{ "code": error.code, "message": error.message }'],
    ].map(([id, to]) => ({
      id,
      type: 'change',
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to, tot: 'jsonata' }],
      ...place,
      wires: [['out']],
    })),
    { id: 'out', type: 'http response', ...place, wires: [] },
  ];
}

/** Imports, without what is asked about their jobs meanwhile. */
function importsAt({ requests }: Simulator): readonly RecordedRequest[] {
  return requests.filter(({ method, path }) => method === 'POST' && /Import\w+$/.test(path));
}

async function post(nodeRed: NodeRed, body: unknown, path = '/items'): Promise<Record<string, unknown>> {
  for (;;) {
    const answer = await fetch(`${nodeRed.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status !== 404) return (await answer.json()) as Record<string, unknown>;
    // Node-RED answers a deploy before its flows have started.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('end to end: the tarball', () => {
  let folder: string;
  let prepared: string;
  const binaries = new Map([[process.versions.node, process.execPath]]);
  const missing = [oldestNode, oldestNode.split('.')[0] as string];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'norce-tarball-'));
    prepared = join(folder, 'user');
    await mkdir(prepared);
    const [tarball] = await Promise.all([
      pack(prepared),
      ...missing.map(async (version) => {
        binaries.set(version, await installNode(version, join(folder, version)));
      }),
    ]);
    await installTarball(tarball, prepared, binaryOf(oldestNode));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  function installed(): string {
    return join(prepared, 'node_modules', '@norce-connect', 'node-red');
  }

  function binaryOf(version: string): string {
    const binary = binaries.get(version);
    assert.ok(binary !== undefined);
    return binary;
  }

  it('holds what is needed and nothing else', async () => {
    const entries = await readdir(installed(), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed().length + 1));
    const allowed =
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|examples\/[^/]+\.(json|csv)|dist\/(nodes|src)\/.+\.(js|html|json|svg)|resources\/.+\.js)$/;
    assert.deepEqual(
      files.filter((file) => !allowed.test(file)),
      [],
    );
    for (const name of importNames) assert.ok(files.includes(`dist/nodes/${name}.html`));
    const manifest = JSON.parse(await readFile(join(installed(), 'package.json'), 'utf8')) as {
      dependencies: object;
    };
    assert.deepEqual(Object.keys(manifest.dependencies).sort(), ['croner', 'oauth4webapi', 'undici']);
  });

  for (const line of nodeRedLines) {
    for (const version of [...missing, process.versions.node]) {
      describe(`in Node-RED ${line} on Node.js ${version}`, () => {
        let simulator: Simulator;
        const old = new ConnectServer();
        let nodeRed: NodeRed;

        before(async () => {
          await old.start();
          simulator = await Simulator.start({
            mood: 'kind',
            timeScale: 100,
            clients: [{ id: 'erp', secret }],
          });
          nodeRed = await NodeRed.start({}, { install: copyOf(prepared), line, node: binaryOf(version) });
        });
        after(async () => {
          await nodeRed?.stop();
          await simulator?.close();
          await old.stop();
        });

        it('runs on just these', async () => {
          const answer = await fetch(`${nodeRed.url}/diagnostics`);
          const { nodejs, runtime } = (await answer.json()) as Record<
            'nodejs' | 'runtime',
            { version: string }
          >;
          assert.ok(`${nodejs.version}.`.startsWith(`v${version}.`), nodejs.version);
          assert.ok(`${runtime.version}.`.startsWith(`${line}.`), runtime.version);
        });

        it('gives Node-RED all nodes without an error', async () => {
          const answer = await fetch(`${nodeRed.url}/nodes`, { headers: { accept: 'application/json' } });
          const sets = (await answer.json()) as {
            module: string;
            types: string[];
            err?: string;
            enabled: boolean;
          }[];
          const ours = sets.filter((set) => set.module === '@norce-connect/node-red');
          assert.deepEqual(
            ours.filter((set) => set.err !== undefined || !set.enabled),
            [],
          );
          assert.deepEqual(
            ours.flatMap((set) => set.types).sort(),
            Object.keys(manifest['node-red'].nodes)
              .map((name) => `norce-${name}`)
              .sort(),
          );
        });

        it('does the main job: items in, a job at Connect, the record in its catalogue', async () => {
          await nodeRed.deploy(httpFlow(simulator, old));
          simulator.catalogue.addSku('P1');
          const { port, norce } = (await post(nodeRed, [stock])) as {
            port: number;
            norce: { jobId: string };
          };
          assert.equal(port, 1);
          assert.equal(norce.jobId, String(importsAt(simulator)[0]?.jobId));
          await simulator.settled();
          assert.equal(simulator.catalogue.get('onhands', 'P1', 'W', 'L')?.OnhandValue, 3);
        });

        it('takes the example in the help of every import node to Connect', async () => {
          for (const name of importNames) {
            const help = await readFile(
              join(installed(), 'dist/nodes/locales/en-US', `${name}.html`),
              'utf8',
            );
            const [, text = ''] = /<pre>([\s\S]*?)<\/pre>/.exec(help) ?? [];
            const item: unknown = new Function(`return (${text});`)();
            const answer = (await post(nodeRed, [item], `/items/${name}`)) as { norce?: { jobId?: string } };
            const sent = importsAt(simulator).at(-1);
            assert.equal(answer.norce?.jobId, String(sent?.jobId), `${name}: ${JSON.stringify(answer)}`);
            assert.ok(sent?.path.endsWith(imports[name].path), sent?.path);
          }
        });

        it('sends nothing in a dry run, and says what it would have sent', async () => {
          const before = importsAt(simulator).length;
          const { port, norce } = (await post(nodeRed, [stock], '/dry')) as {
            port: number;
            norce: { dryRun: boolean; header: object };
          };
          assert.deepEqual([port, norce.dryRun], [1, true]);
          assert.match(JSON.stringify(norce.header), /"SkuOnhandFieldsThatAreSet":\[3\]/);
          assert.equal(importsAt(simulator).length, before);
        });

        it('follows a job to its end, which an event may tell', async () => {
          const { norce } = (await post(nodeRed, [stock], '/wait')) as { norce: { jobId: string } };
          await simulator.settled();
          const body = JSON.stringify({ ClientId: 1, JobId: Number(norce.jobId), StatusId: 2 });
          const headers = { 'x-norce-secret': eventSecret };
          const answer = await fetch(`${nodeRed.url}/events`, { method: 'POST', headers, body });
          assert.equal(answer.status, 200);
          const seen = async (id: string) => {
            for (;;) {
              const [first] = await seenIn<{ norce: { jobId: string; outcome?: string } }>(nodeRed, id);
              if (first !== undefined) return first.norce;
              await new Promise((resolve) => setTimeout(resolve, 50));
            }
          };
          assert.equal((await seen('events')).jobId, norce.jobId);
          const { jobId, outcome } = await seen('ends');
          assert.deepEqual([jobId, outcome], [norce.jobId, 'succeeded']);
        });

        it('gives back what cannot be sent, and a clear error for what is no list', async () => {
          const back = (await post(nodeRed, [{ ...stock, OnhandValue: '3' }])) as {
            port: number;
            norce: { code: string };
          };
          assert.equal(back.port, 2);
          assert.equal(back.norce.code, 'ITEMS_REJECTED');
          assert.equal((await post(nodeRed, stock)).code, 'PAYLOAD_NOT_ARRAY');
        });

        it('keeps token and throttle over a full deploy', async () => {
          await nodeRed.deploy(httpFlow(simulator, old, { name: 'renamed' }));
          assert.equal((await post(nodeRed, [stock])).port, 1);
          assert.equal(simulator.tokenRequests.length, 1);
        });

        it('gives the answer to a request that a deploy overtakes, with basic authentication', async () => {
          const arrived = new Promise<readonly [IncomingMessage, ServerResponse]>((resolve) => {
            old.behaviour.connect = (request, _body, response) => resolve([request, response]);
          });
          const answer = post(nodeRed, [stock], '/old');
          const [{ headers }, response] = await arrived;
          assert.equal(headers.authorization, `Basic ${Buffer.from(`1042:${oldSecret}`).toString('base64')}`);
          await nodeRed.deploy(httpFlow(simulator, old, { name: 'renamed again' }));
          response.end('{"JobId":"77"}');
          assert.equal(((await answer).norce as { jobId: string }).jobId, '77');
          assert.equal(old.arrivals.length, 1);
          assert.equal(old.tokenRequests, 0);
        });

        it('keeps the secret out of flows, exports and the log', async () => {
          for (const each of [secret, eventSecret]) {
            assert.ok(!JSON.stringify(await nodeRed.flows()).includes(each));
          }
          for (const each of [secret, oldSecret, eventSecret]) assert.ok(!nodeRed.output.includes(each));
          const shown = await fetch(`${nodeRed.url}/credentials/norce-connect-config/connection`);
          assert.deepEqual(await shown.json(), { clientId: 'erp', has_clientSecret: true });
          for (const file of ['flows.json', 'flows_cred.json']) {
            assert.ok(!(await readFile(join(nodeRed.userDir, file), 'utf8')).includes(secret), file);
          }
        });

        it('lists the examples in the import menu', async () => {
          const answer = await fetch(`${nodeRed.url}/library/examples/flows/@norce-connect/node-red/`);
          const listed = await answer.text();
          assert.match(listed, /CSV of a shop/);
        });

        it('brings the simulator as a command', async () => {
          const command = join(nodeRed.userDir, 'node_modules', '.bin', 'norce-connect-simulator');
          const env = environmentWith(binaryOf(version));
          const { stdout } = await promisify(execFile)(command, ['--help'], { env });
          assert.match(stdout, /--port/);
          const child = spawn(command, ['--port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
          const [line] = (await once(child.stdout, 'data')) as [Buffer];
          assert.match(String(line), /http:\/\/127\.0\.0\.1:\d+/);
          child.kill('SIGTERM');
          assert.deepEqual(await once(child, 'exit'), [0, null]);
        });

        it('keeps what it has collected when it is killed, and has it sent, merged, when it is back', async () => {
          const items = [
            { ...stock, IncomingValue: 8 },
            { ...stock, OnhandValue: 5 },
          ];
          for (const item of items) {
            assert.deepEqual(await post(nodeRed, [item], '/collect'), { complete: true });
          }
          await nodeRed.kill();
          assert.doesNotMatch(nodeRed.output, /\[error\]|ExperimentalWarning|Unhandled|DeprecationWarning/);
          const before = importsAt(simulator).length;
          const { userDir } = nodeRed;
          const options = { install: copyOf(prepared), line, node: binaryOf(version) };
          nodeRed = await NodeRed.start({}, { ...options, userDir });
          assert.deepEqual(await post(nodeRed, {}, '/flush'), { complete: true });
          // A request is on the list from its first byte on; what it held is known with its answer.
          while ((importsAt(simulator)[before]?.status ?? null) === null)
            await new Promise((resolve) => setTimeout(resolve, 50));
          await simulator.settled();
          const [request, ...more] = importsAt(simulator).slice(before);
          assert.deepEqual([request?.items, more], [1, []]);
          const { OnhandValue, IncomingValue } = simulator.catalogue.get('onhands', 'P1', 'W', 'L') ?? {};
          assert.deepEqual({ OnhandValue, IncomingValue }, { OnhandValue: 5, IncomingValue: 8 });
        });

        it('ends when it is asked to, and has nothing to complain about', async () => {
          assert.equal(await nodeRed.end(), 0);
          assert.doesNotMatch(nodeRed.output, /\[error\]|ExperimentalWarning|Unhandled|DeprecationWarning/);
        });
      });
    }
  }
});
