/**
 * Who may test a connection where Node-RED asks people to sign in: those who may change one, and nobody else.
 */
import assert from 'node:assert/strict';
import { Simulator } from '../../src/simulator/index.ts';
import { NodeRed, type NodeRedLine, nodeRedLines } from '../support/node-red.ts';
import { adminAuth, userPassword } from '../support/users.ts';

const secret = 'admin-auth-secret';

/** What people may do without a name; nothing where Node-RED's default holds. */
const anonymous = [{}, { default: { permissions: 'read' } }];

interface Place {
  readonly line: NodeRedLine;
  readonly nodeRed: NodeRed;
}

describe('the route that tests a connection, under adminAuth', () => {
  let simulator: Simulator;
  const places: Place[] = [];

  before(async () => {
    simulator = await Simulator.start({ mood: 'kind', clients: [{ id: 'erp', secret }] });
    await Promise.all(
      nodeRedLines.flatMap((line) =>
        anonymous.map(async (more) => {
          const settings = { httpAdminRoot: '/automation/red', adminAuth: { ...adminAuth, ...more } };
          const nodeRed = await NodeRed.start({}, { line, settings });
          places.push({ line, nodeRed });
          await nodeRed.signIn('owner', userPassword);
          await nodeRed.deploy(flow());
        }),
      ),
    );
  });
  after(async () => {
    await Promise.all(places.map(({ nodeRed }) => nodeRed.stop()));
    await simulator?.close();
  });

  function config() {
    const { connectUrl, tokenUrl } = simulator;
    return { addressMode: 'own', connectUrl, tokenUrl };
  }

  function flow() {
    const credentials = { clientId: 'erp', clientSecret: secret };
    const node = { id: 'connection', type: 'norce-connect-config', ...config(), credentials };
    return [{ id: 'tab', type: 'tab' }, node];
  }

  /** Tries with the secret that is stored, which is the most that anyone could want. */
  async function attempt(nodeRed: NodeRed, token: string | undefined) {
    const before = simulator.tokenRequests.length;
    const answer = await fetch(`${nodeRed.adminUrl}/norce-connect/test`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({
        id: 'connection',
        config: config(),
        credentials: { clientId: 'erp', clientSecret: '__PWRD__' },
      }),
    });
    const text = await answer.text();
    return { status: answer.status, text, asked: simulator.tokenRequests.length - before };
  }

  async function refuses(nodeRed: NodeRed, token: string | undefined): Promise<void> {
    const { status, asked } = await attempt(nodeRed, token);
    assert.deepEqual([status, asked], [401, 0]);
  }

  it('is closed to people without a name', async () => {
    assert.equal(places.length, nodeRedLines.length * anonymous.length);
    for (const { nodeRed } of places) {
      await refuses(nodeRed, undefined);
      await refuses(nodeRed, 'made-up');
    }
  });

  it('is closed to people who may only look', async () => {
    for (const { nodeRed } of places) {
      await refuses(nodeRed, await nodeRed.token('visitor', userPassword, 'read'));
      await refuses(nodeRed, await nodeRed.token('owner', userPassword, 'read'));
    }
  });

  it('is open to those who may change connections', async () => {
    for (const { nodeRed } of places) {
      const scopes = { owner: '*', clerk: 'norce-connect-config.write' };
      for (const [name, scope] of Object.entries(scopes)) {
        const token = await nodeRed.token(name, userPassword, scope);
        const { status, text, asked } = await attempt(nodeRed, token);
        assert.equal(status, 200);
        assert.equal((JSON.parse(text) as { ok: boolean }).ok, true, text);
        assert.equal(asked, 1);
      }
    }
  });

  it('stands nowhere else: not at the root, nor among what flows serve', async () => {
    for (const { nodeRed } of places) {
      const token = await nodeRed.token('owner', userPassword);
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const answer = await fetch(`${nodeRed.url}/norce-connect/test`, {
        method: 'POST',
        headers,
        body: '{}',
      });
      assert.equal(answer.status, 404);
    }
  });
});
