/**
 * Calls from their beginning to their end, over a real server that behaves badly.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type Call,
  ConnectionRegistry,
  type Progress,
  processRegistry,
  testConnection,
} from '../../src/connection/index.ts';
import { readCertificates } from './support/certificates.ts';
import { answerJson, ConnectServer } from './support/connect-server.ts';
import { SECRET, settingsFor } from './support/settings.ts';

const MINUTE = 120;
const get: Call = {
  method: 'GET',
  path: '/Job/Get',
  query: { id: '1&2' },
  priority: 'polls',
  repeatable: true,
};
/** One that changes something, and may be repeated. */
const update: Call = { ...get, method: 'POST' };
const post: Call = {
  method: 'POST',
  path: '/Product/ImportOnhands',
  headers: { 'X-StormConnect-Header': '{"AccountId":1}', Authorization: 'mine' },
  body: { length: 2, chunks: () => [Buffer.from('['), Buffer.from(']')] },
  priority: 'imports',
  repeatable: false,
};

describe('connection', () => {
  let server: ConnectServer;
  let registry: ConnectionRegistry;
  beforeEach(async () => {
    server = new ConnectServer();
    await server.start();
    registry = new ConnectionRegistry({ minute: MINUTE });
  });
  afterEach(async () => {
    await registry.close();
    await server.stop();
  });
  const acquire = (changes = {}) => registry.acquire(settingsFor(server.addresses, changes));
  /** Answers the statuses one after another, the last one for ever; 0 destroys the socket. */
  const script = (...statuses: number[]) => {
    let index = 0;
    server.behaviour.connect = (_request, _body, response) => {
      const status = statuses[Math.min(index, statuses.length - 1)] ?? 200;
      index += 1;
      if (status === 0) response.destroy();
      else answerJson(response, status, { Message: `told ${status}` });
    };
  };

  it('sends what it is told, with token, application and length', async () => {
    let seen: unknown;
    server.behaviour.connect = ({ method, url, headers }, body, response) => {
      seen = { method, url, headers, body: body.toString() };
      response.setHeader('X-Told', 'yes').end('{"JobId":"7"}');
    };
    const answer = await acquire({ applicationId: '1042' }).call({ ...post, query: { a: 'b c&d' } });
    assert.deepEqual(
      { ...answer, headers: answer.headers['x-told'] },
      { status: 200, headers: 'yes', text: '{"JobId":"7"}', attempts: 1, perhapsReceivedBefore: false },
    );
    const { headers, ...rest } = seen as { headers: Record<string, string> };
    assert.deepEqual(rest, {
      method: 'POST',
      url: '/connect/4.0/Product/ImportOnhands?a=b+c%26d',
      body: '[]',
    });
    assert.equal(headers.authorization, `Bearer ${server.tokens[0]}`);
    assert.equal(headers['application-id'], '1042');
    assert.equal(headers['x-stormconnect-header'], '{"AccountId":1}');
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(headers['content-length'], '2');
    assert.equal(headers['transfer-encoding'], undefined);
    assert.equal(headers['accept-encoding'], 'identity');
  });

  it('tries again where nothing was carried out, and says how it goes', async () => {
    script(429, 408, 503, 200);
    const told: Progress[] = [];
    const answer = await acquire().call({ ...post, onProgress: (progress) => void told.push(progress) });
    assert.equal(answer.attempts, 4);
    assert.equal(answer.perhapsReceivedBefore, false);
    const steps = told
      .filter(({ kind }) => kind !== 'waiting')
      .map((each) => ('code' in each ? each.code : each.kind));
    assert.deepEqual(steps, [
      'sending',
      'RATE_LIMITED',
      'sending',
      'REQUEST_TIMEOUT',
      'sending',
      'SERVICE_UNAVAILABLE',
      'sending',
    ]);
  });

  it('repeats after a lost answer only what may be repeated, and says that it did', async () => {
    script(0, 500, 200);
    const answer = await acquire().call(update);
    assert.deepEqual([answer.attempts, answer.perhapsReceivedBefore], [3, true]);
    for (const status of [0, 500, 504]) {
      script(status, 200);
      const before = server.arrivals.length;
      await assert.rejects(acquire().call(post), { code: 'OUTCOME_UNKNOWN', retryable: false });
      assert.equal(server.arrivals.length, before + 1);
    }
  });

  it('an answer about the request is final and quoted', async () => {
    const codes = {
      400: 'BAD_REQUEST',
      403: 'FORBIDDEN',
      404: 'NOT_FOUND',
      413: 'TOO_LARGE',
      422: 'REJECTED',
      302: 'REDIRECTED',
    };
    for (const [status, code] of Object.entries(codes)) {
      script(Number(status));
      const before = server.arrivals.length;
      await assert.rejects(acquire().call(get), (error: Error & { code: string; status: number }) => {
        assert.deepEqual([error.code, error.status], [code, Number(status)]);
        assert.match(error.message, new RegExp(`told ${status}`));
        return true;
      });
      assert.equal(server.arrivals.length, before + 1);
    }
  });

  it('what only asks was never carried out, whatever became of its answer', async () => {
    server.behaviour.connect = (request) => void request.socket.destroy();
    await assert.rejects(acquire({ deadline: 100 }).call(get), {
      code: 'CONNECT_UNAVAILABLE',
      retryable: true,
    });
  });

  it('at the deadline: unavailable if nothing was carried out, unknown if something may have been', async () => {
    script(503);
    await assert.rejects(acquire({ deadline: 100 }).call(update), {
      code: 'CONNECT_UNAVAILABLE',
      retryable: true,
      status: 503,
    });
    script(500, 503);
    await assert.rejects(acquire({ deadline: 100 }).call(update), {
      code: 'OUTCOME_UNKNOWN',
      retryable: false,
    });
    const { addresses } = settingsFor({ ...server.addresses, connectUrl: 'http://127.0.0.1:9' });
    await assert.rejects(acquire({ addresses, deadline: 100 }).call(post), { code: 'CONNECT_UNAVAILABLE' });
  });

  it('standing in line for the first attempt does not count towards the deadline', async () => {
    const connection = acquire({ requestsPerMinute: 1, deadline: 90 });
    const answers = await Promise.all([1, 2, 3].map(() => connection.call(get)));
    assert.equal(answers.length, 3);
  });

  it('a slot for which there is no token any more is free for others', async () => {
    server.behaviour.tokenLife = 0.1;
    const connection = acquire({ requestsPerMinute: 1 });
    await connection.call(get);
    const waiting = connection.call(get);
    server.behaviour.token = (_form, response) => answerJson(response, 400, { error: 'invalid_client' });
    await assert.rejects(waiting, { code: 'TOKEN_REJECTED' });
    assert.equal(connection.status.used, 0);
    assert.equal(server.arrivals.length, 1);
  });

  it('a call that waits can be cancelled; one under way goes on', async () => {
    const connection = acquire({ requestsPerMinute: 1 });
    const cancel = new AbortController();
    server.behaviour.connect = async (_request, _body, response) => {
      await sleep(50);
      response.end('{}');
    };
    const first = connection.call({ ...post, signal: cancel.signal });
    const waiting = Array.from({ length: 50 }, () => connection.call({ ...post, signal: cancel.signal }));
    while (server.arrivals.length === 0) await sleep(5);
    cancel.abort();
    const results = await Promise.allSettled(waiting);
    assert.ok(results.every((result) => result.status === 'rejected' && result.reason.code === 'NOT_SENT'));
    assert.equal((await first).status, 200);
    assert.equal(server.arrivals.length, 1);
    await assert.rejects(connection.call({ ...post, signal: AbortSignal.abort() }), { code: 'NOT_SENT' });
  });

  it('cancelled between two attempts it does not claim that nothing was carried out', async () => {
    script(500);
    const cancel = new AbortController();
    const onProgress = ({ kind }: Progress) => void (kind === 'retrying' && cancel.abort());
    await assert.rejects(acquire().call({ ...update, signal: cancel.signal, onProgress }), {
      code: 'OUTCOME_UNKNOWN',
    });
    script(503);
    const again = new AbortController();
    const onRetry = ({ kind }: Progress) => void (kind === 'retrying' && again.abort());
    await assert.rejects(acquire().call({ ...update, signal: again.signal, onProgress: onRetry }), {
      code: 'NOT_SENT',
    });
  });

  it('the slot of a request that was given up stays taken for a second window', async () => {
    const minute = 5000;
    const slow = new ConnectionRegistry({ minute });
    const connection = slow.acquire(
      settingsFor(server.addresses, { requestsPerMinute: 1, timeout: 50, deadline: 1000 }),
    );
    server.behaviour.connect = () => undefined;
    await assert.rejects(connection.call(post), { code: 'OUTCOME_UNKNOWN' });
    const cancel = new AbortController();
    const expected = new Promise<number>((resolve) => {
      const onProgress = (progress: Progress) =>
        progress.kind === 'waiting' && resolve(progress.expectedWait);
      connection.call({ ...get, signal: cancel.signal, onProgress }).catch(() => undefined);
    });
    assert.ok((await expected) > minute * 1.1);
    cancel.abort();
    await slow.close();
  });

  it('what fails before a later attempt does not hide that the first may have been carried out', async () => {
    let readings = 0;
    const chunks = () => {
      readings += 1;
      if (readings > 1) throw new Error('disk gone');
      return [Buffer.from('[]')];
    };
    const call = { ...post, repeatable: true, body: { length: 2, chunks } };
    script(0, 200);
    await assert.rejects(acquire().call(call), { code: 'OUTCOME_UNKNOWN', retryable: false });
    readings = 0;
    script(503, 200);
    await assert.rejects(acquire().call(call), { code: 'BODY_UNREADABLE' });
  });

  it('a listener that throws harms nobody', async () => {
    const answer = await acquire().call({
      ...get,
      onProgress: () => {
        throw new Error('bad listener');
      },
    });
    assert.equal(answer.status, 200);
  });

  it('refuses a path that could lead elsewhere', async () => {
    for (const path of [
      'Job/Ping',
      '//evil.example/x',
      '/../x',
      '/a?b',
      '/a#b',
      '/a/%2e%2e',
      '@evil.example/',
    ]) {
      await assert.rejects(acquire().call({ ...get, path }), { code: 'REQUEST_INVALID' }, path);
    }
  });

  it('goes on after its release, and close settles at once', async () => {
    const connection = acquire({ requestsPerMinute: 1 });
    const calls = [connection.call(get), connection.call(get)];
    registry.release(connection);
    await Promise.all(calls);
    server.behaviour.connect = () => undefined;
    const other = acquire({ timeout: 60_000 });
    const stuck = assert.rejects(other.call(post), { code: 'OUTCOME_UNKNOWN' });
    await sleep(150);
    const waiting = assert.rejects(acquire({ requestsPerMinute: 1 }).call(post), { code: 'NOT_SENT' });
    const begin = performance.now();
    await registry.close();
    assert.ok(performance.now() - begin < 5000);
    await Promise.all([stuck, waiting]);
    assert.throws(() => acquire(), { code: 'CONNECTION_CLOSED' });
    await assert.rejects(other.call(post), { code: 'CONNECTION_CLOSED' });
  });

  it('refuses settings that could not work, and plain HTTP', () => {
    const wrong = [
      { requestsPerMinute: 61 },
      { requestsPerMinute: 0 },
      { requestsPerMinute: 1.5 },
      { clientId: '' },
      { clientSecret: '' },
      { applicationId: 'a\nb' },
      { timeout: 0 },
      { deadline: Number.NaN },
    ];
    for (const changes of wrong) assert.throws(() => acquire(changes), { code: 'SETTINGS_INVALID' });
    const addresses = { ...server.addresses, connectUrl: 'http://connect.example' };
    assert.throws(() => acquire({ addresses }), { code: 'ADDRESS_NOT_HTTPS' });
  });

  it('leaves no timer behind and does not keep the process alive', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await sleep(20);
    const before = timers();
    const connection = acquire();
    await Promise.all(Array.from({ length: 20 }, () => connection.call(get)));
    registry.release(connection);
    assert.equal(timers(), before);
  });

  it('forgets a replaced certificate when its token has expired', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    server.behaviour.tokenLife = 0.01;
    const useAndRelease = async (): Promise<WeakRef<object>> => {
      const tls = { ca: readCertificates().ca };
      const connection = acquire({ tls });
      await connection.call(get);
      registry.release(connection);
      return new WeakRef(tls);
    };
    const replaced = await useAndRelease();
    await sleep(MINUTE * 2);
    acquire();
    await sleep(1);
    collectGarbage();
    assert.equal(replaced.deref(), undefined);
  });

  it('there is one registry in the process, and a new one after it was closed', async () => {
    const first = processRegistry();
    assert.equal(processRegistry(), first);
    const copyAddress = new URL('../../src/connection/process-registry.ts?copy', import.meta.url).href;
    const copy: typeof import('../../src/connection/process-registry.ts') = await import(copyAddress);
    assert.notEqual(copy.processRegistry, processRegistry);
    assert.equal(copy.processRegistry(), first);
    await first.close();
    assert.notEqual(processRegistry(), first);
    await processRegistry().close();
  });

  describe('test connection', () => {
    it('asks for a new token and pings, through the shared line', async () => {
      const connection = acquire();
      await connection.call(get);
      server.behaviour.connect = ({ url }, _body, response) => void response.end(`"${url}"`);
      const result = await testConnection(settingsFor(server.addresses), registry);
      assert.equal(result.text, '"/connect/4.0/Job/Ping"');
      assert.equal(server.tokenRequests, 2);
      assert.equal(connection.status.used, 2);
      await connection.call(get);
      assert.equal(server.tokenRequests, 2);
    });

    it('tells what to mend', async () => {
      const attempt = (changes = {}) => testConnection(settingsFor(server.addresses, changes), registry);
      script(403);
      await assert.rejects(attempt(), { code: 'FORBIDDEN', message: /tick the service/ });
      script(404);
      await assert.rejects(attempt(), { code: 'NOT_FOUND', message: /Check the Connect address/ });
      server.behaviour.token = (_form, response) => answerJson(response, 401, { error: 'invalid_client' });
      await assert.rejects(attempt(), { code: 'TOKEN_REJECTED', message: /Check the client id/ });
      const addresses = { connectUrl: server.addresses.connectUrl, tokenUrl: 'http://127.0.0.1:9/token' };
      await assert.rejects(attempt({ addresses, deadline: 100 }), {
        code: 'TOKEN_UNAVAILABLE',
        message: /ECONNREFUSED/,
      });
    });
  });

  it('shows the secret and the token in no error, object or cause, whoever echoes them', async () => {
    const echoes: ((all: string) => [number, string])[] = [
      (all) => [400, JSON.stringify({ Message: all })],
      (all) => [422, `<html><p>${all.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p></html>`],
      (all) => [500, all],
      (all) => [404, new URLSearchParams({ all }).toString()],
      (all) => [404, encodeURIComponent(all).replace(/%../g, (byte) => byte.toLowerCase())],
      (all) => [403, `${'x'.repeat(290)}${all}`],
      (all) => [503, all],
      (all) => [200, all],
    ];
    const found: unknown[] = [];
    for (const echo of echoes) {
      server.behaviour.connect = (request, _body, response) => {
        const [status, text] = echo(`${SECRET} ${request.headers.authorization} ${SECRET}`);
        if (status === 200) response.socket?.end(`HTTP/9 ${text}\r\n\r\n`);
        else response.writeHead(status).end(text);
      };
      const connection = acquire({ deadline: 30 });
      found.push(connection, registry, await connection.call(post).catch((error: unknown) => error));
    }
    for (const status of [400, 401, 500, 200, 302]) {
      server.behaviour.token = (form, response) => {
        const all = `${form.get('client_secret')} ${form}`;
        const granted = status === 200 ? { access_token: 'granted-token', token_type: 'granted-token' } : {};
        answerJson(response, status, { error: all, error_description: all, ...granted });
      };
      const connection = acquire({ deadline: 30, scope: `scope-${status}` });
      found.push(connection, await connection.call(post).catch((error: unknown) => error));
    }
    const { inspect } = await import('node:util');
    const secrets = [
      SECRET,
      encodeURIComponent(SECRET),
      'ö>rd+the',
      '+the+secret',
      'granted-token',
      ...server.tokens,
    ];
    assert.ok(server.tokens.length > 0);
    for (const each of found) {
      const text = [inspect(each, { depth: 9, showHidden: true }), JSON.stringify(each), shown(each)].join(
        '\n',
      );
      for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${text.slice(0, 2000)}`);
    }
    assert.ok(found.filter((each) => each instanceof Error).length === 13);
  });
});

function shown(value: unknown): string {
  if (!(value instanceof Error)) return '';
  return `${value.message}\n${value.stack}\n${String(value)}\n${shown(value.cause)}`;
}
