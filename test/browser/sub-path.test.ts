/**
 * The editor under a path of its own, where people have to sign in: the dialog finds its route there, and is let in.
 */
import assert from 'node:assert/strict';
import { importNames } from '../../src/contract/index.ts';
import { defaultClient, Simulator } from '../../src/simulator/index.ts';
import { adminAuth, userPassword } from '../support/users.ts';
import { connectionNode, importNode } from './nodes.ts';
import { describeOnEachLine } from './stage.ts';

describeOnEachLine(
  'dialogs of a Node-RED under a path, with adminAuth',
  (test) => {
    let simulator: Simulator;

    before(async () => {
      simulator = await Simulator.start({ mood: 'kind', requestLimit: Number.POSITIVE_INFINITY });
    });

    after(async () => {
      await simulator?.close();
    });

    test('test a connection and deploy it', async (stage) => {
      const editor = await stage.open();
      assert.match(editor.page.url(), /\/automation\/red\//);
      const { connectUrl, tokenUrl } = simulator;
      await editor.add([
        connectionNode('c1', { addressMode: 'own', customer: '', connectUrl, tokenUrl }),
        ...importNames.map((name) => importNode(name, name, 'c1')),
      ]);
      await editor.editConfig('c1');
      await editor.configField('clientId').fill(defaultClient.id);
      await editor.configField('clientSecret').fill(defaultClient.secret);
      await editor.page.locator('#norce-connect-test').click();
      const result = editor.page.locator('.norce-result-good, .norce-result-bad');
      await result.waitFor();
      assert.match((await result.textContent()) ?? '', /The connection works/);
      await editor.done();
      for (const name of importNames) {
        await editor.edit(name);
        assert.deepEqual(await editor.faultsOfText(), [], name);
        await editor.done();
      }
      await editor.deploy();
      const deployed = await stage.nodeRed.flows();
      assert.equal(deployed.find(({ id }) => id === 'c1')?.connectUrl, connectUrl);
    });
  },
  {
    settings: { httpAdminRoot: '/automation/red', adminAuth },
    user: { name: 'owner', password: userPassword },
  },
);
