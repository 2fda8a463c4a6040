/**
 * A request under way outlives any number of deploys: its result leaves by the node that is there when it comes.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ConnectServer } from '../connection/support/connect-server.ts';
import { connection, Deployment, manyNodes } from '../support/deploying.ts';
import { credentials, helper, unload } from '../support/flow.ts';

describe('a request under way', () => {
  let server: ConnectServer;
  let held: ServerResponse[];
  before(() => helper.startServer());
  after(() => helper.stopServer());
  beforeEach(async () => {
    held = [];
    server = new ConnectServer();
    server.behaviour.connect = (_request, _body, response) => {
      held.push(response);
      return once(response, 'close').then(() => undefined);
    };
    await server.start();
  });
  afterEach(async () => {
    await unload();
    await server.stop();
  });

  for (const deploys of [1, 2, 3]) {
    it(`gives its result after ${deploys} deploys`, async () => {
      const flow = () => manyNodes(1, [connection('connection', server.addresses)]);
      const deployment = new Deployment();
      await deployment.start(flow(), { connection: credentials });
      deployment.send(1, 0);
      while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      for (let deploy = 0; deploy < deploys; deploy++) {
        await deployment.deploy(flow(), { connection: credentials });
      }
      held[0]?.end('{"JobId":"7"}');
      await deployment.until(() => deployment.outcomes.has(1));
      assert.deepEqual(deployment.outcomes.get(1), [{ jobId: '7' }]);
    });
  }
});
