/**
 * Every way in which a server can fail, told apart by whether it may have received the request.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../src/connection/clock.ts';
import { HttpClient } from '../../src/connection/http-client.ts';
import type { HttpRequest } from '../../src/connection/http-exchange.ts';

const json = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

describe('HTTP client', () => {
  const client = new HttpClient({ clock: systemClock, idle: 50 });
  const sockets = new Set<Socket>();
  let onRequest: (socket: Socket) => void = () => undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', () => onRequest(socket));
  });
  let origin = '';

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    await client.close(0);
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const post = (changes: Partial<HttpRequest> = {}) =>
    client.send({
      method: 'POST',
      url: new URL(`${origin}/x`),
      headers: {},
      body: { length: 4, chunks: () => [Buffer.from('body')] },
      timeout: 150,
      ...changes,
    });

  const kinds: [name: string, behave: (socket: Socket) => void, code: string][] = [
    ['reset before an answer', (socket) => socket.resetAndDestroy(), 'CONNECTION_LOST'],
    ['closed before an answer', (socket) => socket.end(), 'CONNECTION_LOST'],
    [
      'reset after the headers',
      (socket) => socket.write(`${json}Content-Length: 9\r\n\r\n{`, () => socket.resetAndDestroy()),
      'CONNECTION_LOST',
    ],
    ['closed early', (socket) => socket.end(`${json}Content-Length: 9\r\n\r\n{`), 'CONNECTION_LOST'],
    ['garbage', (socket) => socket.end('what is HTTP?\r\n\r\n'), 'ANSWER_MALFORMED'],
    ['never answers', () => undefined, 'TIMED_OUT'],
    ['stalls in the answer', (socket) => socket.write(`${json}Content-Length: 9\r\n\r\n{`), 'TIMED_OUT'],
    [
      'drips for ever',
      (socket) => {
        socket.write(`${json}Content-Length: 9999\r\n\r\n`);
        const timer = setInterval(() => socket.write('x'), 30);
        socket.on('close', () => clearInterval(timer));
      },
      'TIMED_OUT',
    ],
  ];
  for (const [name, behave, code] of kinds) {
    it(`${name}: perhaps received, ${code}`, async () => {
      onRequest = behave;
      const outcome = await post();
      assert.equal(outcome.kind, 'perhaps-received', JSON.stringify(outcome));
      assert.equal('code' in outcome && outcome.code, code, 'cause' in outcome ? outcome.cause.message : '');
    });
  }

  it('refused, unknown host, TLS that is none: not received', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    onRequest = (socket) => socket.end('not TLS');
    const hopeless = [`http://127.0.0.1:${port}`, 'http://host.invalid', origin.replace('http:', 'https:')];
    for (const address of hopeless) {
      const outcome = await post({ url: new URL(address), timeout: 5000 });
      assert.equal(outcome.kind, 'not-received', address);
      assert.ok('cause' in outcome && outcome.cause.message !== '', 'the reason is told');
    }
  });

  it('a request that waited for a socket until its time was up never goes out', async () => {
    let received = 0;
    onRequest = () => {
      received += 1;
    };
    const busy = Array.from({ length: 60 }, () => post({ timeout: 300 }));
    await sleep(50);
    const outcome = await post({ timeout: 60 });
    assert.deepEqual([outcome.kind, 'code' in outcome && outcome.code], ['not-received', 'TIMED_OUT']);
    await Promise.all(busy);
    await sleep(50);
    assert.equal(received, 60);
  });

  it('gives answers of any status as they are, redirects and HTML too', async () => {
    for (const status of ['302 Found', '500 Oops', '404 Not Found']) {
      onRequest = (socket) =>
        socket.end(
          `HTTP/1.1 ${status}\r\nLocation: /y\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 6\r\n\r\n<html>`,
        );
      const outcome = await post();
      assert.ok(outcome.kind === 'answer');
      assert.equal(outcome.status, Number(status.slice(0, 3)));
      assert.equal(outcome.text, '<html>');
      assert.equal(outcome.headers['x-a'], '1, 2');
    }
  });

  it('reads 5 MB and not a byte more', async () => {
    const size = 5 * 1024 * 1024;
    const answer = (length: number) => (socket: Socket) =>
      void socket.end(
        Buffer.concat([Buffer.from(`${json}Content-Length: ${length}\r\n\r\n`), Buffer.alloc(length, 'x')]),
      );
    onRequest = answer(size);
    const whole = await post({ timeout: 5000 });
    assert.ok(whole.kind === 'answer' && whole.text.length === size);
    onRequest = answer(size + 1);
    assert.deepEqual(await post({ timeout: 5000 }), { kind: 'answer-too-large', status: 200 });
  });

  it('uses a new socket for each request and leaves none', async () => {
    const ports = new Set<number | undefined>();
    onRequest = (socket) => {
      ports.add(socket.remotePort);
      socket.write(`${json}Content-Length: 2\r\n\r\n{}`);
    };
    await post();
    await post();
    assert.equal(ports.size, 2);
    for (let tries = 0; sockets.size > 0 && tries < 500; tries++) await sleep(10);
    assert.equal(sockets.size, 0);
  });

  describe('bodies', () => {
    const received: Buffer[] = [];
    let lengthHeader: string | undefined;
    let readSlowly = false;
    const sink = createHttpServer(async (request, response) => {
      lengthHeader = request.headers['content-length'];
      received.length = 0;
      try {
        for await (const chunk of request) {
          if (readSlowly) await sleep(1);
          received.push(chunk as Buffer);
        }
        response.end('{}');
      } catch {
        response.destroy();
      }
    });
    before(() => new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve)));
    after(() => {
      sink.closeAllConnections();
      sink.close();
    });
    const sinkUrl = () => new URL(`http://127.0.0.1:${(sink.address() as AddressInfo).port}/`);

    it('streams with a known length, no faster than the server reads, for longer than the timeout', async () => {
      readSlowly = true;
      const chunk = Buffer.alloc(64 * 1024, 'a');
      let made = 0;
      let furthestAhead = 0;
      const body = {
        length: chunk.length * 1600,
        *chunks() {
          for (; made < 1600; made += 1) {
            const read = received.reduce((sum, { length }) => sum + length, 0);
            furthestAhead = Math.max(furthestAhead, made * chunk.length - read);
            yield chunk;
          }
        },
      };
      const outcome = await post({ url: sinkUrl(), body, timeout: 1000 });
      readSlowly = false;
      assert.equal(outcome.kind, 'answer');
      assert.equal(lengthHeader, String(body.length));
      assert.equal(Buffer.concat(received).length, body.length);
      assert.ok(furthestAhead < body.length / 2, `${furthestAhead} bytes waited in memory`);
    });

    it('refuses a body that is longer or shorter than it says', async () => {
      for (const length of [3, 5]) {
        const body = { length, chunks: () => [Buffer.from('body')] };
        await assert.rejects(post({ url: sinkUrl(), body }), { code: 'BODY_LENGTH_WRONG' });
      }
    });

    it('tells when the body cannot be read', async () => {
      const body = {
        length: 8,
        async *chunks() {
          yield Buffer.from('body');
          throw new Error('disk gone');
        },
      };
      await assert.rejects(post({ url: sinkUrl(), body }), (error: Error & { code: string }) => {
        assert.equal(error.code, 'BODY_UNREADABLE');
        assert.equal((error.cause as Error).message, 'disk gone');
        return true;
      });
    });

    it('refuses headers that would begin a line of their own', async () => {
      const headers = { 'x-stormconnect-header': 'a\r\nx: y' };
      await assert.rejects(post({ url: sinkUrl(), headers }), { code: 'REQUEST_INVALID' });
    });

    it('takes an answer that comes before the body is sent', async () => {
      onRequest = (socket) =>
        socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig');
      const chunk = Buffer.alloc(64 * 1024);
      const body = { length: chunk.length * 1000, chunks: () => Array.from({ length: 1000 }, () => chunk) };
      const outcome = await post({ body });
      assert.ok(outcome.kind === 'answer', JSON.stringify(outcome));
      assert.equal(outcome.status, 413);
    });
  });

  it('takes an answer that came while the process stood still for longer than the timeout', async () => {
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(
      `const { createServer } = require('node:http');
       const { parentPort, workerData } = require('node:worker_threads');
       const server = createServer((request, response) => {
         parentPort.postMessage('received');
         setTimeout(() => response.end('{}', () => {
           Atomics.store(workerData, 0, 1);
           Atomics.notify(workerData, 0);
         }), 100);
       });
       server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: answered },
    );
    try {
      const [port] = (await once(worker, 'message')) as [number];
      const timeout = 200;
      const received = once(worker, 'message');
      const answer = client.send({
        method: 'GET',
        url: new URL(`http://127.0.0.1:${port}`),
        headers: {},
        timeout,
      });
      await received;
      Atomics.wait(answered, 0, 0);
      Atomics.wait(answered, 0, 1, 2 * timeout);
      const outcome = await answer;
      assert.equal(outcome.kind, 'answer', JSON.stringify(outcome));
    } finally {
      await worker.terminate();
    }
  });

  it('closes in the time given, whatever is under way', async () => {
    const own = new HttpClient({ clock: systemClock, idle: 50 });
    onRequest = () => undefined;
    const underWay = own.send({ method: 'GET', url: new URL(origin), headers: {}, timeout: 60_000 });
    await sleep(30);
    const begin = performance.now();
    await own.close(100);
    assert.ok(performance.now() - begin < 2000);
    assert.equal((await underWay).kind, 'perhaps-received');
    await assert.rejects(own.send({ method: 'GET', url: new URL(origin), headers: {}, timeout: 1000 }), {
      code: 'CONNECTION_CLOSED',
    });
  });
});
