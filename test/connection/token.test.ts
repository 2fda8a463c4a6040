/**
 * One token request per token life, whatever is deployed, refused or rejected.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, ConnectionRegistry } from '../../src/connection/index.ts';
import { TokenLimiter } from '../../src/connection/token-limiter.ts';
import { answerJson, ConnectServer } from './support/connect-server.ts';
import { FakeClock } from './support/fake-clock.ts';
import { SECRET, settingsFor } from './support/settings.ts';

const MINUTE = 100;
const ping: Call = { method: 'GET', path: '/Job/Ping', priority: 'polls', repeatable: true };

describe('token', () => {
  let server: ConnectServer;
  let registry: ConnectionRegistry;
  beforeEach(async () => {
    server = new ConnectServer({ window: MINUTE });
    await server.start();
    registry = new ConnectionRegistry({ minute: MINUTE });
  });
  afterEach(async () => {
    await registry.close();
    await server.stop();
  });

  const many = (count: number, changes = {}) =>
    Array.from({ length: count }, () => registry.acquire(settingsFor(server.addresses, changes)));
  const requireToken = () => {
    server.behaviour.connect = (request, _body, response) => {
      const known = request.headers.authorization === `Bearer ${server.tokens.at(-1)}`;
      answerJson(response, known ? 200 : 401, {});
    };
  };

  it('20 users, 2,000 calls, two full deploys: one request per life', async () => {
    server.behaviour.tokenLife = 2;
    const begin = performance.now();
    for (let deploy = 0; deploy < 3; deploy += 1) {
      const users = many(20);
      const calls = Array.from({ length: deploy === 0 ? 668 : 666 }, (_, index) =>
        (users[index % 20] ?? assert.fail()).call(ping),
      );
      // A deploy does not wait for what is under way.
      for (const user of users) registry.release(user);
      const answers = await Promise.all(calls);
      assert.ok(answers.every(({ status }) => status === 200));
    }
    const lives = (performance.now() - begin) / (2000 * 0.9);
    assert.equal(server.arrivals.length - server.overLimit, 2000);
    assert.ok(lives > 1, 'the test must outlive a token');
    assert.ok(server.tokenRequests <= Math.ceil(lives), `${server.tokenRequests} requests in ${lives} lives`);
  });

  it('is renewed behind the back of its users, and used on while that fails', async () => {
    server.behaviour.tokenLife = 3;
    const [user] = many(1);
    await user?.call(ping);
    server.behaviour.token = (_form, response) => answerJson(response, 500, {});
    await sleep(2750);
    assert.equal((await user?.call(ping))?.status, 200);
    await sleep(20);
    assert.ok(server.tokenRequests >= 2);
  });

  it('a token that claims to be over at once makes no storm', async () => {
    server.behaviour.tokenLife = 0;
    const patient = new ConnectionRegistry({ minute: 60_000 });
    const user = patient.acquire(settingsFor(server.addresses));
    for (let index = 0; index < 30; index += 1) await user.call(ping);
    await patient.close();
    assert.ok(server.tokenRequests < 30);
  });

  it('lives an hour when its life is not told', async () => {
    server.behaviour.token = (_form, response) =>
      answerJson(response, 200, { access_token: 'a', token_type: 'Bearer' });
    const [user] = many(1);
    await user?.call(ping);
    await sleep(MINUTE * 2);
    await user?.call(ping);
    assert.equal(server.tokenRequests, 1);
  });

  it('asks as RFC 6749 and Norce say', async () => {
    let form = new URLSearchParams();
    server.behaviour.token = (sent, response) => {
      form = sent;
      server.grant(response);
    };
    await many(1)[0]?.call(ping);
    assert.deepEqual(Object.fromEntries(form), {
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: SECRET,
      scope: 'playground',
    });
  });

  it('a changed secret, client, scope or address is another token', async () => {
    const changes = [{}, { clientSecret: 'new' }, { clientId: 'new' }, { scope: 'prod' }];
    for (const change of changes) await many(1, change)[0]?.call(ping);
    assert.equal(server.tokenRequests, 4);
    assert.equal(new Set(server.tokens).size, 4);
  });

  it('a rejected secret is one request, one clear error each, and a changed one works at once', async () => {
    await registry.close();
    registry = new ConnectionRegistry({ minute: 2000 });
    server.behaviour.token = (form, response) => {
      if (form.get('client_secret') === 'right') server.grant(response);
      else answerJson(response, 400, { error: 'invalid_client' });
    };
    const [wrong] = many(1, { clientSecret: 'wrong' });
    const results = await Promise.allSettled(Array.from({ length: 1000 }, () => wrong?.call(ping)));
    for (const result of results) {
      assert.ok(result.status === 'rejected');
      assert.equal(result.reason.code, 'TOKEN_REJECTED');
      assert.equal(result.reason.status, 400);
      assert.match(result.reason.message, /invalid_client.*Check the client id/);
    }
    for (let later = 0; later < 5; later += 1) {
      await assert.rejects(async () => wrong?.call(ping), { code: 'TOKEN_REJECTED' });
    }
    assert.equal(server.tokenRequests, 1);
    assert.equal(server.arrivals.length, 0);
    const [right] = many(1, { clientSecret: 'right' });
    assert.equal((await right?.call(ping))?.status, 200);
    await sleep(1000);
    await assert.rejects(async () => wrong?.call(ping), { code: 'TOKEN_REJECTED' });
    assert.equal(server.tokenRequests, 3);
  });

  it('a 401 renews it once for 50 calls at the same time', async () => {
    requireToken();
    const users = many(5);
    await users[0]?.call(ping);
    server.tokens.push('revoked on the server');
    const answerNow = server.behaviour.connect;
    let turn = 0;
    server.behaviour.connect = async (request, body, response) => {
      const stale = request.headers.authorization === `Bearer ${server.tokens[0]}`;
      // Some refusals of the old token arrive when there is a new one already.
      turn += 1;
      if (stale && turn % 2 === 0) await sleep(60);
      await answerNow(request, body, response);
    };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (users[index % 5] ?? assert.fail()).call(ping)),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(server.tokenRequests, 2);
  });

  it('a Connect that takes no token at all makes no storm', async () => {
    server.behaviour.connect = (_request, _body, response) => answerJson(response, 401, {});
    const patient = new ConnectionRegistry({ minute: 5000 });
    const user = patient.acquire(settingsFor(server.addresses));
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.allSettled([user.call(ping), user.call(ping)]);
      for (const result of results) {
        assert.ok(result.status === 'rejected' && result.reason.code === 'UNAUTHORIZED');
      }
    }
    await patient.close();
    assert.equal(server.tokenRequests, 2);
  });

  it('an endpoint that is down, then back, costs a pause', async () => {
    let failures = 3;
    server.behaviour.token = (_form, response) => {
      failures -= 1;
      if (failures === 2) response.destroy();
      else if (failures === 1) answerJson(response, 503, {});
      else if (failures === 0) response.end('<html>maintenance</html>');
      else server.grant(response);
    };
    const [user] = many(1);
    const codes: string[] = [];
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        (user ?? assert.fail()).call({
          ...ping,
          onProgress: (progress) => void (progress.kind === 'retrying' && codes.push(progress.code)),
        }),
      ),
    );
    assert.ok(answers.every(({ attempts }) => attempts === 1));
    assert.ok(codes.every((code) => code === 'TOKEN_UNAVAILABLE') && codes.length >= 30);
    assert.equal(server.tokenRequests, 4);
  });

  it('an endpoint that stays down is TOKEN_UNAVAILABLE at the deadline', async () => {
    server.behaviour.token = (_form, response) => answerJson(response, 500, { error: 'server_error' });
    const [user] = many(1, { deadline: 60 });
    await assert.rejects(async () => user?.call(ping), {
      code: 'TOKEN_UNAVAILABLE',
      retryable: true,
      status: 500,
    });
    assert.equal(server.arrivals.length, 0);
  });

  it('a token that cannot stand in a header is none', async () => {
    server.behaviour.token = (_form, response) =>
      answerJson(response, 200, { access_token: 'a\r\nx: y', token_type: 'Bearer', expires_in: 9 });
    const [user] = many(1, { deadline: 20 });
    await assert.rejects(async () => user?.call(ping), { code: 'TOKEN_UNAVAILABLE' });
  });

  it('the limiter of an address stays below 3 a minute after a burst, and obeys a stop', async () => {
    const clock = new FakeClock();
    const limiter = new TokenLimiter(clock, 60_000);
    const times: number[] = [];
    for (let index = 0; index < 40; index += 1) void limiter.turn().then(() => times.push(clock.now()));
    await clock.advance(0);
    const burst = times.length;
    assert.ok(burst > 3 && burst < 20);
    await clock.advance(600_000);
    const afterBurst = times.slice(burst);
    for (const time of afterBurst) {
      assert.ok(afterBurst.filter((other) => other > time - 60_000 && other <= time).length <= 3);
    }
    limiter.stop(300_000);
    const before = times.length;
    await clock.advance(299_000);
    assert.equal(times.length, before);
    await clock.advance(60_000);
    assert.ok(times.length > before);
  });
});
