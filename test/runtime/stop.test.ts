/**
 * Stopping Node-RED leaves no message without a word.
 */
import assert from 'node:assert/strict';
import { Simulator } from '../../src/simulator/index.ts';
import { NodeRed } from '../support/node-red.ts';

describe('stopping Node-RED', function () {
  this.timeout(60_000);

  it('names in the log the nodes whose messages had not ended, and no others', async () => {
    const simulator = await Simulator.start({ mood: 'kind' });
    const nodeRed = await NodeRed.start();
    const { connectUrl, tokenUrl } = simulator;
    const item = { PartNo: 'P', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
    const place = { x: 1, y: 1, z: 'tab' };
    const inject = {
      type: 'inject',
      once: true,
      onceDelay: 0.1,
      props: [{ p: 'payload' }],
      payloadType: 'json',
    };
    const payload = JSON.stringify([item]);
    simulator.faults.add({ kind: 'stall' });
    await nodeRed.deploy([
      { id: 'tab', type: 'tab' },
      {
        id: 'connection',
        type: 'norce-connect-config',
        addressMode: 'own',
        accountId: '10000',
        connectUrl,
        tokenUrl,
        credentials: { clientId: 'simulator', clientSecret: 'simulator-secret' },
      },
      { ...inject, ...place, id: 'first', payload, wires: [['busy']] },
      { ...place, id: 'busy', type: 'norce-import-onhands', connection: 'connection', wires: [[], []] },
      { ...place, id: 'idle', type: 'norce-import-onhands', connection: 'connection', wires: [[], []] },
    ]);
    while (simulator.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await nodeRed.stop();
    await simulator.close();
    assert.match(nodeRed.output, /norce-import-onhands:busy\] Node-RED has ended while 1 of/);
    assert.doesNotMatch(nodeRed.output, /norce-import-onhands:idle/);
  });
});
