/**
 * The token endpoint: what it issues, to whom, how often, for how long.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Simulator, SimulatorOptions } from '../../src/simulator/index.ts';
import { TokenIssuer } from '../../src/simulator/tokens.ts';
import { Caller, startQuick, tokenForm } from './caller.ts';

describe('simulator: tokens', () => {
  let simulator: Simulator | undefined;

  async function start(options: SimulatorOptions = {}): Promise<void> {
    simulator = await startQuick(options);
  }

  function running(): Simulator {
    assert.ok(simulator);
    return simulator;
  }

  afterEach(async () => {
    await simulator?.close();
    simulator = undefined;
  });

  async function ask(form: URLSearchParams, headers: Record<string, string> = {}) {
    const response = await fetch(running().tokenUrl, { method: 'POST', headers, body: form });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it('issues a bearer token for every combination of environments', async () => {
    await start();
    for (const scope of ['playground', 'stage prod', 'prod stage playground']) {
      const { status, body } = await ask(tokenForm({ scope }));
      assert.equal(status, 200);
      assert.equal(body.scope, scope);
      assert.equal(body.token_type, 'Bearer');
      assert.equal(body.expires_in, 36);
    }
  });

  it('takes the client from HTTP Basic too', async () => {
    await start({ clients: [{ id: 'a b', secret: 'c:d%' }] });
    const credentials = Buffer.from('a+b:c%3Ad%25').toString('base64');
    const form = tokenForm({ client_id: null, client_secret: null });
    assert.equal((await ask(form, { authorization: `Basic ${credentials}` })).status, 200);
  });

  it('refuses in the words of OAuth2', async () => {
    await start({ clients: [{ id: 'simulator', secret: 's', scopes: ['stage'] }] });
    const right = { client_secret: 's', scope: 'stage' };
    const cases: readonly [Readonly<Record<string, string | null>>, number, string][] = [
      [{ ...right, client_secret: 'wrong' }, 401, 'invalid_client'],
      [{ ...right, client_id: 'nobody' }, 401, 'invalid_client'],
      [{ ...right, client_secret: null }, 401, 'invalid_client'],
      [{ ...right, scope: 'prod' }, 400, 'invalid_scope'],
      [{ ...right, scope: null }, 400, 'invalid_scope'],
      [{ ...right, grant_type: 'password' }, 400, 'unsupported_grant_type'],
      [{ ...right, grant_type: null }, 400, 'invalid_request'],
    ];
    for (const [changes, status, error] of cases) {
      const answer = await ask(tokenForm(changes));
      assert.equal(answer.status, status, JSON.stringify(changes));
      assert.equal(answer.body.error, error);
    }
    assert.equal((await ask(tokenForm(right))).status, 200);
    assert.deepEqual(
      running().tokenRequests.map(({ status }) => status),
      [401, 401, 401, 400, 400, 400, 400, 200],
    );
  });

  it('lets 3 and a burst of 20 through, then 3 a minute', () => {
    let time = 0;
    const issuer = new TokenIssuer({
      clients: [{ id: 'simulator', secret: 'simulator-secret' }],
      lifetime: 3_600_000,
      minute: 60_000,
      now: () => time,
    });
    const statuses = (count: number) =>
      Array.from({ length: count }, () => issuer.answer(tokenForm(), undefined, 'one').status);
    assert.deepEqual(statuses(24), [...Array(23).fill(200), 429]);
    assert.equal(issuer.answer(tokenForm(), undefined, 'other').status, 200);
    time += 19_999;
    assert.deepEqual(statuses(1), [429]);
    time += 2;
    assert.deepEqual(statuses(2), [200, 429]);
    time += 600_000;
    assert.deepEqual(statuses(24), [...Array(23).fill(200), 429]);
  });

  it('ends the life of a token on time, scaled', async () => {
    await start({ tokenLifetime: 20, timeScale: 100 });
    const caller = new Caller(running());
    assert.equal((await caller.call('/Job/Ping')).status, 200);
    await wait(230);
    assert.equal((await caller.call('/Job/Ping')).status, 401);
  });

  it('knows only the new secret after a change, and the old token still', async () => {
    await start();
    const caller = new Caller(running());
    await caller.token();
    running().changeSecret('simulator', 'new');
    assert.equal((await ask(tokenForm())).status, 401);
    assert.equal((await ask(tokenForm({ client_secret: 'new' }))).status, 200);
    assert.equal((await caller.call('/Job/Ping')).status, 200);
  });
});
