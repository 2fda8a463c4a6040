/**
 * Stopping Node-RED leaves no message without a word.
 */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Simulator } from '../../src/simulator/index.ts';
import { type FlowNodes, linked, NodeRed } from '../support/node-red.ts';

const place = { x: 1, y: 1, z: 'tab' };
const tab = { id: 'tab', type: 'tab' };
const importer = { ...place, type: 'norce-import-onhands', connection: 'connection', wires: [[], []] };
const slow = { ...place, id: 'slow', type: 'slow', wires: [] };

/** One request a minute: of two messages the second waits. */
function connection({ connectUrl, tokenUrl }: Simulator): FlowNodes[number] {
  return {
    id: 'connection',
    type: 'norce-connect-config',
    addressMode: 'own',
    accountId: '10000',
    requestsPerMinute: '1',
    connectUrl,
    tokenUrl,
    credentials: { clientId: 'simulator', clientSecret: 'simulator-secret' },
  };
}

function inject(id: string, onceDelay: number, to: string): FlowNodes[number] {
  const item = { PartNo: id, WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
  const payload = JSON.stringify([item]);
  const how = { once: true, onceDelay, props: [{ p: 'payload' }], payload, payloadType: 'json' };
  return { ...place, ...how, id, type: 'inject', wires: [[to]] };
}

/** The package, and a node that needs ten seconds to close. */
async function withSlowNode(userDir: string): Promise<void> {
  await linked(userDir);
  await mkdir(join(userDir, 'nodes'));
  const code = `module.exports = (RED) => RED.nodes.registerType('slow', function (definition) {
    RED.nodes.createNode(this, definition);
    this.on('close', (done) => setTimeout(done, 10_000));
  });`;
  await writeFile(join(userDir, 'nodes', 'slow.js'), code);
  await writeFile(join(userDir, 'nodes', 'slow.html'), '');
}

describe('stopping Node-RED', () => {
  it('names in the log the nodes whose messages had not ended, and no others', async () => {
    const simulator = await Simulator.start({ mood: 'kind' });
    const nodeRed = await NodeRed.start();
    simulator.faults.add({ kind: 'stall' });
    await nodeRed.deploy([
      tab,
      connection(simulator),
      inject('first', 0.1, 'busy'),
      { ...importer, id: 'busy' },
      { ...importer, id: 'idle' },
    ]);
    while (simulator.requests.length === 0) await wait(50);
    await nodeRed.stop();
    await simulator.close();
    assert.match(nodeRed.output, /norce-import-onhands:busy\] Node-RED has ended while 1 of/);
    assert.doesNotMatch(nodeRed.output, /norce-import-onhands:idle/);
  });

  it('waits for the answer of a request under way, and names job and message; what waited was not sent', async () => {
    const latency = 1500;
    const simulator = await Simulator.start({
      mood: 'kind',
      latency: { minimum: latency, maximum: latency },
    });
    const nodeRed = await NodeRed.start();
    await nodeRed.deploy([
      tab,
      connection(simulator),
      inject('first', 0.1, 'import'),
      inject('second', 0.1, 'import'),
      { ...importer, id: 'import' },
    ]);
    while (simulator.requests.length === 0) await wait(50);
    await wait(500);
    await nodeRed.stop();
    const jobs = simulator.jobs.map(({ id }) => id);
    await simulator.close();
    assert.equal(jobs.length, 1);
    const accepted = /:import\] Nobody received the result of message (\w+): .*"jobId":"(\d+)"/.exec(
      nodeRed.output,
    );
    assert.equal(accepted?.[2], String(jobs[0]));
    const notSent = /:import\] Nobody received the result of message (\w+): .*"NOT_SENT"/.exec(
      nodeRed.output,
    );
    assert.match(
      nodeRed.output,
      new RegExp(`Nobody received the error of message ${notSent?.[1]}: .*\\(NOT_SENT\\)`),
    );
    assert.notEqual(notSent?.[1], accepted?.[1]);
    assert.doesNotMatch(nodeRed.output, /has ended while/);
  });

  it('in the middle of a deploy: the log tells the result that waited for its end', async () => {
    const latency = 500;
    const simulator = await Simulator.start({
      mood: 'kind',
      latency: { minimum: latency, maximum: latency },
    });
    const nodeRed = await NodeRed.start({}, { install: withSlowNode });
    const flow = [
      tab,
      connection(simulator),
      inject('first', 0.1, 'import'),
      { ...importer, id: 'import' },
      slow,
    ];
    await nodeRed.deploy(flow);
    while (simulator.requests.length === 0) await wait(20);
    const deployed = nodeRed.deploy([...flow, { ...place, id: 'more', type: 'comment', wires: [] }]);
    const ended = deployed.then(
      () => false,
      () => true,
    );
    while (simulator.requests[0]?.status !== 200) await wait(50);
    await wait(500);
    await nodeRed.stop();
    const [job] = simulator.jobs;
    await simulator.close();
    assert.ok(await ended, 'the deploy had ended before Node-RED was stopped');
    assert.match(
      nodeRed.output,
      new RegExp(`:import\\] Nobody received the result of message \\w+: .*"jobId":"${job?.id}"`),
    );
  });
});
