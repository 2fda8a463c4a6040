/**
 * Promise 2 against a real server that counts strictly.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionRegistry } from '../../src/connection/index.ts';
import { ConnectServer } from './support/connect-server.ts';
import { settingsFor } from './support/settings.ts';

describe('limit of a customer', () => {
  const window = 600;
  const server = new ConnectServer({ window, limit: 60 });
  const registry = new ConnectionRegistry({ minute: window });
  before(() => server.start());
  after(async () => {
    await registry.close();
    await server.stop();
  });

  it('600 requests of three users on two settings: no 429, and no time wasted', async () => {
    server.behaviour.connect = async (_request, _body, response) => {
      await sleep(Math.random() * window * 0.02);
      response.end('{}');
    };
    const settings = [
      settingsFor(server.addresses),
      settingsFor(server.addresses),
      settingsFor(server.addresses, { clientId: 'other', scope: 'stage', deadline: 20_000 }),
    ];
    const connections = settings.map((each) => registry.acquire(each));
    // The libraries are loaded at the first call, which takes a good part of so short a window.
    await connections[0]?.call({ method: 'GET', path: '/Job/Ping', priority: 'polls', repeatable: true });
    await sleep(window * 1.1);
    const begin = performance.now();
    const calls = Array.from({ length: 600 }, (_, index) =>
      connections[index % 3]?.call({
        method: 'POST',
        path: '/Product/ImportOnhands',
        body: { length: 2, chunks: () => [Buffer.from('[]')] },
        priority: 'imports',
        repeatable: false,
      }),
    );
    const answers = await Promise.all(calls);
    const ideal = (600 / 60 - 1) * window;
    const ratio = (performance.now() - begin) / ideal;
    process.stdout.write(`      time / ideal: ${ratio.toFixed(3)}\n`);
    assert.equal(server.overLimit, 0);
    assert.equal(server.arrivals.length, 601);
    assert.ok(answers.every((answer) => answer?.attempts === 1));
    assert.ok(ratio < 3, 'the line stands still although there is room');
  });

  it('a deploy does not forget the last minute', async () => {
    const quick = new ConnectionRegistry({ minute: window });
    const call = { method: 'GET', path: '/Job/Ping', priority: 'polls', repeatable: true } as const;
    await sleep(window);
    server.overLimit = 0;
    for (let deploy = 0; deploy < 3; deploy += 1) {
      const connection = quick.acquire(settingsFor(server.addresses));
      await Promise.all(Array.from({ length: 40 }, () => connection.call(call)));
      quick.release(connection);
    }
    await quick.close();
    assert.equal(server.overLimit, 0);
  });

  it('counts hand-given addresses by host and client id, apart from a customer', async () => {
    const own = new ConnectionRegistry({ minute: window });
    const [one, same, other] = ['client', 'client', 'other'].map((clientId) =>
      own.acquire(settingsFor(server.addresses, { customer: '', clientId, requestsPerMinute: 7 })),
    );
    const lower = own.acquire(settingsFor(server.addresses, { customer: '', requestsPerMinute: 3 }));
    assert.deepEqual([one?.status.limit, same?.status.limit, other?.status.limit], [3, 3, 7]);
    own.release(lower);
    own.release(lower);
    assert.equal(one?.status.limit, 7);
    await own.close();
  });
});
