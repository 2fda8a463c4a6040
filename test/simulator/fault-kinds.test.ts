/**
 * Every kind of fault with its parameters, seen from the other end of the connection, and what the simulator
 * remembers of the request.
 */
import assert from 'node:assert/strict';
import type { Fault, Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick, tokenForm } from './caller.ts';
import { rawPost } from './raw-exchange.ts';

const onhands = '/Product/ImportOnhands';
const list = { SkuOnhandFieldsThatAreSet: ['OnhandValue'] };
const item = { PartNo: 'A', WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 5 };
const size = Buffer.byteLength(JSON.stringify([item]));

describe('simulator: kinds of faults', () => {
  let simulator: Simulator;
  let caller: Caller;

  beforeEach(async () => {
    simulator = await startQuick();
    caller = new Caller(simulator);
    simulator.catalogue.addSku('A');
    await caller.token();
  });
  afterEach(() => simulator.close());

  const post = () => caller.post(onhands, list, [item]);
  const raw = (options = {}) => rawPost(caller, onhands, list, [item], options);
  const stored = () => simulator.catalogue.get('onhands', 'A', 'W', 'L')?.OnhandValue;

  /** The simulator's account of the last request, and whether it agrees with what has become of the item. */
  async function remembered() {
    await simulator.settled();
    const { status, bytes, jobId, fault, isOverLimit } = simulator.requests.at(-1) ?? assert.fail('none');
    assert.equal(isOverLimit, false);
    assert.deepEqual(
      simulator.jobs.map((job) => job.id),
      jobId === null ? [] : [jobId],
    );
    assert.equal(stored(), jobId === null ? undefined : 5);
    return { status, bytes, carriedOut: jobId !== null, fault };
  }

  describe('a status', () => {
    for (const status of [400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504] as const) {
      it(`${status} as JSON, as a page and empty, with nothing done`, async () => {
        for (const [body, type, pattern] of [
          ['json', /json/, /^\{"Message":".+"\}$/],
          ['html', /html/, /^<!doctype html>/],
          ['empty', /json/, /^$/],
        ] as const) {
          simulator.faults.add({ kind: 'status', status, body });
          const answer = await post();
          assert.equal(answer.status, status);
          assert.match(answer.headers.get('content-type') ?? '', type);
          assert.match(await answer.text(), pattern);
          assert.equal(answer.headers.get('retry-after'), null);
        }
        const account = { status, bytes: 0, carriedOut: false, fault: 'status' };
        assert.deepEqual(await remembered(), account);
      });
    }

    it('after the request was carried out', async () => {
      simulator.faults.add({ kind: 'status', status: 504, carriedOut: true });
      assert.equal((await post()).status, 504);
      assert.deepEqual(await remembered(), { status: 504, bytes: size, carriedOut: true, fault: 'status' });
    });

    it('with Retry-After in seconds, as a date, and as nonsense', async () => {
      for (const status of [429, 503] as const) {
        for (const retryAfter of [7, 'soon', '-5', '']) {
          simulator.faults.add({ kind: 'status', status, retryAfter });
          assert.equal((await post()).headers.get('retry-after'), String(retryAfter));
        }
        simulator.faults.add({ kind: 'status', status, retryAfter: { date: 3600 } });
        const { headers } = await post();
        const value = headers.get('retry-after') ?? '';
        const distance = Date.parse(value) - Date.parse(headers.get('date') ?? '');
        assert.ok(distance >= 3_599_000 && distance <= 3_601_000, value);
        assert.match(value, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
      }
    });
  });

  describe('a redirect', () => {
    for (const status of [301, 302, 303, 307, 308] as const) {
      it(`${status} elsewhere, with nothing done`, async () => {
        simulator.faults.add({ kind: 'redirect', status });
        const { text } = await raw();
        assert.match(text, new RegExp(`^HTTP/1.1 ${status} .*\r\n(?:.*\r\n)*location: /elsewhere\r\n`));
        assert.deepEqual(await remembered(), { status, bytes: 0, carriedOut: false, fault: 'redirect' });
        simulator.faults.add({ kind: 'redirect', status, location: 'https://login.example/' });
        assert.match((await raw()).text, /location: https:\/\/login\.example\/\r\n/);
      });
    }
  });

  describe('a stall', () => {
    const nothing = { status: null, bytes: 0, carriedOut: false, fault: 'stall' };
    const done = { status: null, bytes: size, carriedOut: true, fault: 'stall' };

    it('before the body is read', async () => {
      simulator.faults.add({ kind: 'stall' });
      assert.deepEqual(await raw(), { text: '', end: 'open' });
      assert.deepEqual(await remembered(), nothing);
    });

    it('after the request was carried out', async () => {
      simulator.faults.add({ kind: 'stall', at: 'taken' });
      assert.deepEqual(await raw(), { text: '', end: 'open' });
      assert.deepEqual(await remembered(), done);
    });

    it('after status line and headers', async () => {
      simulator.faults.add({ kind: 'stall', at: 'headers' });
      const { text, end } = await raw();
      assert.match(text, /^HTTP\/1\.1 200 OK\r\n[^{]*content-length: \d+\r\n[^{]*\r\n\r\n$/);
      assert.equal(end, 'open');
      assert.deepEqual(await remembered(), done);
    });

    it('in the middle of the answer', async () => {
      simulator.faults.add({ kind: 'stall', at: 'answer' });
      const { text, end } = await raw();
      assert.match(text, /^HTTP\/1\.1 200 OK\r\n[^{]*\r\n\r\n\{[^}]+$/);
      assert.equal(end, 'open');
      assert.deepEqual(await remembered(), done);
    });
  });

  describe('a reset', () => {
    const broken = { text: '', end: 'reset' } as const;

    it('before anything is done', async () => {
      simulator.faults.add({ kind: 'reset' });
      assert.deepEqual(await raw(), broken);
      assert.deepEqual(await remembered(), { status: null, bytes: 0, carriedOut: false, fault: 'reset' });
    });

    it('while the body is being received', async () => {
      simulator.faults.add({ kind: 'reset', at: 'body' });
      assert.deepEqual(await raw({ sent: 10 }), broken);
      assert.deepEqual(await remembered(), { status: null, bytes: 10, carriedOut: false, fault: 'reset' });
    });

    it('after the request was carried out', async () => {
      simulator.faults.add({ kind: 'reset', at: 'taken' });
      assert.deepEqual(await raw(), broken);
      assert.deepEqual(await remembered(), { status: null, bytes: size, carriedOut: true, fault: 'reset' });
    });
  });

  describe('an answer', () => {
    const lengthOf = (text: string) => Number(/content-length: (\d+)/.exec(text)?.[1]);
    const bodyOf = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4);

    it('shorter than it says', async () => {
      simulator.faults.add({ kind: 'truncated' });
      const { text, end } = await raw();
      assert.equal(end, 'closed');
      assert.ok(bodyOf(text).length > 0 && bodyOf(text).length < lengthOf(text));
      const account = { status: null, bytes: size, carriedOut: true, fault: 'truncated' };
      assert.deepEqual(await remembered(), account);
    });

    it('of cut JSON, as long as it says', async () => {
      simulator.faults.add({ kind: 'malformed' });
      const { text } = await raw();
      assert.equal(bodyOf(text).length, lengthOf(text));
      assert.throws(() => JSON.parse(bodyOf(text)), SyntaxError);
      const account = { status: 200, bytes: size, carriedOut: true, fault: 'malformed' };
      assert.deepEqual(await remembered(), account);
    });

    for (const carriedOut of [false, true]) {
      const account = { bytes: carriedOut ? size : 0, carriedOut };

      it(`that is no HTTP, with ${carriedOut ? 'everything' : 'nothing'} done`, async () => {
        simulator.faults.add({ kind: 'garbage', carriedOut });
        const { text, end } = await raw();
        assert.ok(text !== '' && !text.startsWith('HTTP/'));
        assert.equal(end, 'closed');
        assert.deepEqual(await remembered(), { status: null, ...account, fault: 'garbage' });
      });

      it(`that is a page with 200, with ${carriedOut ? 'everything' : 'nothing'} done`, async () => {
        simulator.faults.add({ kind: 'html', carriedOut });
        const answer = await post();
        assert.equal(answer.status, 200);
        assert.match(await answer.text(), /^<!doctype html>/);
        assert.deepEqual(await remembered(), { status: 200, ...account, fault: 'html' });
      });
    }

    it('in pieces, over the time asked for', async () => {
      simulator.faults.add({ kind: 'slow', duration: 400 });
      const begin = performance.now();
      const answer = await post();
      let pieces = 0;
      let text = '';
      for await (const piece of answer.body ?? assert.fail('no body')) {
        pieces += 1;
        text += Buffer.from(piece).toString();
      }
      assert.ok(pieces > 1);
      // Timers may round down by a millisecond each.
      assert.ok(performance.now() - begin > 300, 'it came sooner than asked for');
      assert.equal(JSON.parse(text).JobId, String(simulator.jobs[0]?.id));
      assert.deepEqual(await remembered(), { status: 200, bytes: size, carriedOut: true, fault: 'slow' });
    });

    const forms = {
      number: (id: number) => ({ JobId: id }),
      missing: () => ({}),
      null: () => ({ JobId: null }),
      empty: () => ({ JobId: '' }),
      negative: (id: number) => ({ JobId: `-${id}` }),
      object: (id: number) => ({ JobId: { Id: String(id) } }),
      float: (id: number) => ({ JobId: id + 0.5 }),
      word: (id: number) => ({ JobId: `job ${id}` }),
      nested: (id: number) => ({ Header: { JobId: String(id) } }),
    } as const;
    for (const [form, expected] of Object.entries(forms)) {
      it(`with a JobId that is wrong: ${form}`, async () => {
        simulator.faults.add({ kind: 'jobId', form: form as keyof typeof forms });
        const { JobId, Header } = (await (await post()).json()) as Record<string, unknown>;
        const seen = {
          ...(JobId === undefined ? {} : { JobId }),
          ...(Header === undefined ? {} : { Header }),
        };
        assert.deepEqual(seen, expected(Number(simulator.jobs[0]?.id)));
        assert.deepEqual(await remembered(), { status: 200, bytes: size, carriedOut: true, fault: 'jobId' });
      });
    }
  });

  describe('a token', () => {
    const ask = () => fetch(simulator.tokenUrl, { method: 'POST', body: tokenForm() });

    it('that ends its life in flight stays dead, until there is another', async () => {
      simulator.faults.add({ kind: 'expiredToken' });
      for (let time = 0; time < 2; time++) assert.equal((await post()).status, 401);
      const other = new Caller(simulator);
      assert.equal((await other.post(onhands, list, [item])).status, 200);
      simulator.faults.add({ kind: 'expiredToken', count: Number.POSITIVE_INFINITY });
      for (let time = 0; time < 3; time++) {
        assert.equal((await new Caller(simulator).post(onhands, list, [item])).status, 401);
      }
    });

    it('is missing in a success, or refused for wrong credentials', async () => {
      simulator.faults.add({ kind: 'noAccessToken' });
      simulator.faults.add({ kind: 'invalidClient' });
      assert.equal((await post()).status, 200, 'both concern the token endpoint alone');
      const empty = await ask();
      const { access_token, token_type } = (await empty.json()) as Record<string, unknown>;
      assert.deepEqual([empty.status, access_token, token_type], [200, undefined, 'Bearer']);
      const refused = await ask();
      assert.deepEqual([refused.status, await refused.json()], [401, { error: 'invalid_client' }]);
      assert.equal((await ask()).status, 200);
      const told = simulator.tokenRequests.map(({ status, clientId }) => [status, clientId]);
      assert.deepEqual(told, [
        [200, 'simulator'],
        [200, 'simulator'],
        [401, ''],
        [200, 'simulator'],
      ]);
    });

    it('cannot be had: the endpoint is down, limits, fails, shows a page or cuts its answer', async () => {
      const path = '/identity/';
      const faults: Fault[] = [
        { kind: 'reset', path },
        { kind: 'status', status: 429, path },
        { kind: 'status', status: 429, retryAfter: 3, path },
        { kind: 'status', path },
        { kind: 'html', path },
        { kind: 'malformed', path },
      ];
      for (const fault of faults) simulator.faults.add(fault);
      await assert.rejects(ask());
      assert.deepEqual([(await ask()).headers.get('retry-after'), (await ask()).status], [null, 429]);
      assert.equal((await ask()).status, 500);
      assert.match(await (await ask()).text(), /^<!doctype html>/);
      await assert.rejects((await ask()).json(), SyntaxError);
      assert.equal((await ask()).status, 200);
      const statuses = simulator.tokenRequests.slice(1).map(({ status }) => status);
      assert.deepEqual(statuses, [null, 429, 429, 500, 200, 200, 200]);
    });
  });

  it('a request over the limit is told from an ordered 429', async () => {
    await simulator.close();
    simulator = await startQuick({ requestLimit: 1 });
    caller = new Caller(simulator);
    simulator.faults.add({ kind: 'status', status: 429 });
    for (let time = 0; time < 2; time++) assert.equal((await post()).status, 429);
    const told = simulator.requests.map(({ isOverLimit, fault }) => ({ isOverLimit, fault }));
    assert.deepEqual(told, [
      { isOverLimit: false, fault: 'status' },
      { isOverLimit: true, fault: null },
    ]);
  });

  it('a share strikes that part of the requests, and nobody else', async () => {
    await simulator.close();
    const numbers = [0.1, 0.6, 0.3, 0.9];
    let at = 0;
    simulator = await startQuick({ random: () => numbers[at++ % numbers.length] ?? 0 });
    caller = new Caller(simulator);
    simulator.faults.add({ kind: 'serverError', share: 0.5, count: Number.POSITIVE_INFINITY });
    const statuses: number[] = [];
    for (let time = 0; time < 8; time++) statuses.push((await caller.call('/Job/Ping')).status);
    assert.deepEqual(statuses, [500, 200, 500, 200, 500, 200, 500, 200]);
  });
});
