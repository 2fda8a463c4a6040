/**
 * Every fault of the simulator, once and without end: what is told of a change and of a full feed, and whether it
 * is true.
 */
import assert from 'node:assert/strict';
import type { Fault } from '../../src/simulator/index.ts';
import { Sender } from './sender.ts';

const token = { path: '/identity/' } as const;
const endless = { count: Number.POSITIVE_INFINITY } as const;
const again = 'accepted, perhaps twice';
const unknown = 'OUTCOME_UNKNOWN, unknown';

/** A fault, how a change ends, how a full feed ends where that differs. */
type Case = readonly [fault: Fault, change: string, full?: string];

const once: readonly Case[] = [
  [{ kind: 'status', status: 400 }, 'BAD_REQUEST, not sent'],
  [{ kind: 'status', status: 401 }, 'accepted'],
  [{ kind: 'status', status: 403, body: 'html' }, 'FORBIDDEN, not sent'],
  [{ kind: 'status', status: 404, body: 'empty' }, 'NOT_FOUND, not sent'],
  [{ kind: 'status', status: 408 }, 'accepted'],
  [{ kind: 'status', status: 413, body: 'html' }, 'TOO_LARGE, not sent'],
  [{ kind: 'status', status: 429 }, 'accepted'],
  [{ kind: 'status', status: 429, retryAfter: 1 }, 'accepted'],
  [{ kind: 'status', status: 429, retryAfter: { date: 1 } }, 'accepted'],
  [{ kind: 'status', status: 429, retryAfter: 'soon' }, 'accepted'],
  [{ kind: 'status', status: 429, retryAfter: '-5' }, 'accepted'],
  [{ kind: 'status', status: 429, retryAfter: '' }, 'accepted'],
  [{ kind: 'status', status: 500 }, again, unknown],
  [{ kind: 'status', status: 502, body: 'html' }, again, unknown],
  [{ kind: 'status', status: 503 }, 'accepted'],
  [{ kind: 'status', status: 503, retryAfter: 1 }, 'accepted'],
  [{ kind: 'status', status: 503, retryAfter: { date: 1 } }, 'accepted'],
  [{ kind: 'status', status: 503, retryAfter: 'soon' }, 'accepted'],
  [{ kind: 'status', status: 504, body: 'empty' }, again, unknown],
  [{ kind: 'status', status: 500, carriedOut: true }, again, unknown],
  [{ kind: 'status', status: 502, carriedOut: true }, again, unknown],
  [{ kind: 'status', status: 504, carriedOut: true }, again, unknown],
  [{ kind: 'redirect', status: 301 }, 'REDIRECTED, not sent'],
  [{ kind: 'redirect', status: 302 }, 'REDIRECTED, not sent'],
  [{ kind: 'redirect', status: 303 }, 'REDIRECTED, unknown'],
  [{ kind: 'redirect', status: 307 }, 'REDIRECTED, not sent'],
  [{ kind: 'redirect', status: 308 }, 'REDIRECTED, not sent'],
  [{ kind: 'stall', at: 'start' }, again, unknown],
  [{ kind: 'stall', at: 'taken' }, again, unknown],
  [{ kind: 'stall', at: 'headers' }, again, unknown],
  [{ kind: 'stall', at: 'answer' }, again, unknown],
  [{ kind: 'reset', at: 'start' }, again, unknown],
  [{ kind: 'reset', at: 'body' }, again, unknown],
  [{ kind: 'reset', at: 'taken' }, again, unknown],
  [{ kind: 'lostAnswer' }, again, unknown],
  [{ kind: 'truncated' }, again, unknown],
  [{ kind: 'garbage' }, again, unknown],
  [{ kind: 'garbage', carriedOut: true }, again, unknown],
  [{ kind: 'malformed' }, unknown],
  [{ kind: 'html' }, unknown],
  [{ kind: 'html', carriedOut: true }, unknown],
  [{ kind: 'slow', duration: 50 }, 'accepted'],
  [{ kind: 'slow', duration: 5000 }, again, unknown],
  [{ kind: 'jobId', form: 'number' }, 'accepted'],
  [{ kind: 'jobId', form: 'nested' }, 'accepted'],
  [{ kind: 'jobId', form: 'missing' }, unknown],
  [{ kind: 'jobId', form: 'null' }, unknown],
  [{ kind: 'jobId', form: 'empty' }, unknown],
  [{ kind: 'jobId', form: 'negative' }, unknown],
  [{ kind: 'jobId', form: 'object' }, unknown],
  [{ kind: 'jobId', form: 'float' }, unknown],
  [{ kind: 'jobId', form: 'word' }, unknown],
  [{ kind: 'failedJob' }, 'accepted'],
  [{ kind: 'expiredToken' }, 'accepted'],
  [{ kind: 'reset', ...token }, 'accepted'],
  [{ kind: 'stall', ...token }, 'accepted'],
  [{ kind: 'status', status: 429, ...token }, 'accepted'],
  [{ kind: 'status', status: 429, retryAfter: 1, ...token }, 'accepted'],
  [{ kind: 'status', status: 429, retryAfter: 'soon', ...token }, 'accepted'],
  [{ kind: 'status', status: 500, ...token }, 'accepted'],
  [{ kind: 'html', ...token }, 'accepted'],
  [{ kind: 'malformed', ...token }, 'accepted'],
  [{ kind: 'truncated', ...token }, 'accepted'],
  [{ kind: 'garbage', ...token }, 'accepted'],
  [{ kind: 'noAccessToken' }, 'accepted'],
  [{ kind: 'invalidClient' }, 'TOKEN_REJECTED, not sent'],
];

const withoutEnd: readonly Case[] = [
  [{ kind: 'status', status: 401 }, 'UNAUTHORIZED, not sent'],
  [{ kind: 'expiredToken' }, 'UNAUTHORIZED, not sent'],
  [{ kind: 'status', status: 408 }, 'CONNECT_UNAVAILABLE, not sent'],
  [{ kind: 'status', status: 429 }, 'CONNECT_UNAVAILABLE, not sent'],
  [{ kind: 'status', status: 429, retryAfter: 3600 }, 'CONNECT_UNAVAILABLE, not sent'],
  [{ kind: 'status', status: 503 }, 'CONNECT_UNAVAILABLE, not sent'],
  [{ kind: 'status', status: 500 }, unknown],
  [{ kind: 'reset' }, unknown],
  [{ kind: 'lostAnswer' }, unknown],
  [{ kind: 'stall' }, unknown],
  [{ kind: 'reset', ...token }, 'TOKEN_UNAVAILABLE, not sent'],
  [{ kind: 'status', status: 429, ...token }, 'TOKEN_UNAVAILABLE, not sent'],
  [{ kind: 'status', status: 500, ...token }, 'TOKEN_UNAVAILABLE, not sent'],
  [{ kind: 'html', ...token }, 'TOKEN_UNAVAILABLE, not sent'],
  [{ kind: 'noAccessToken' }, 'TOKEN_UNAVAILABLE, not sent'],
];

const named = (fault: Fault) =>
  Object.entries(fault)
    .filter(([name]) => name !== 'count')
    .map(([name, value]) => (name === 'kind' ? value : `${name} ${JSON.stringify(value)}`))
    .join(', ');

describe('sending under a fault', () => {
  const senders: Sender[] = [];
  afterEach(() => Promise.all(senders.splice(0).map((sender) => sender.stop())));

  async function start(deadline: number): Promise<Sender> {
    const sender = await Sender.start(deadline);
    senders.push(sender);
    return sender;
  }

  /** What is told must agree with what the simulator holds. */
  async function endsAs(sender: Sender, feed: 'change' | 'full', expected: string): Promise<void> {
    const { told, jobId } = await sender.send(feed);
    assert.equal(told, expected, feed);
    const { jobs } = sender;
    if (jobId !== undefined) assert.ok(jobs.includes(jobId), 'the job that is named exists');
    if (told.endsWith('not sent')) assert.deepEqual(jobs, []);
    if (jobs.length > 1) assert.ok(told === again || told === unknown, `${told}, but taken twice`);
    assert.ok(feed === 'change' || jobs.length <= 1, 'a full feed was repeated');
    assert.equal(sender.simulator.requests.filter(({ isOverLimit }) => isOverLimit).length, 0);
  }

  for (const [fault, change, full = change] of once) {
    it(`${named(fault)}: a change is ${change}; a full feed is ${full}`, async () => {
      const endings = [['change', change] as const, ['full', full] as const];
      const runs = endings.map(async ([feed, expected]) => {
        const sender = await start(10_000);
        sender.simulator.faults.add(fault);
        await endsAs(sender, feed, expected);
        assert.equal(sender.simulator.faults.pending, 0);
      });
      await Promise.all(runs);
    });
  }

  for (const [fault, expected] of withoutEnd) {
    it(`${named(fault)}, without end: a change is ${expected}`, async () => {
      const sender = await start(500);
      sender.simulator.faults.add({ ...fault, ...endless });
      await endsAs(sender, 'change', expected);
    });
  }

  for (const retryAfter of [1, { date: 2 }]) {
    const asked = JSON.stringify(retryAfter);

    it(`429 with Retry-After ${asked} stops the line for everybody`, async () => {
      const sender = await start(10_000);
      sender.simulator.faults.add({ kind: 'status', status: 429, retryAfter });
      const first = await sender.sendUntil(() => sender.connection.status.stoppedFor > 0);
      await Promise.all([first.ending, sender.send('change')]);
      const [refused, ...later] = sender.simulator.requests.map(({ at }) => at);
      assert.equal(later.length, 2);
      // A date holds whole seconds: of two, one is left when the clock ticks while the answer is made.
      for (const at of later) assert.ok(at - Number(refused) > 900, `${at - Number(refused)} ms`);
    });

    it(`503 with Retry-After ${asked} keeps only its own request waiting`, async () => {
      const sender = await start(10_000);
      sender.simulator.faults.add({ kind: 'status', status: 503, retryAfter });
      const order: string[] = [];
      const first = await sender.sendUntil(() => sender.simulator.requests[0]?.status === 503);
      const refused = first.ending.then(() => order.push('refused'));
      await Promise.all([refused, sender.send('full').then(() => order.push('other'))]);
      assert.deepEqual(order, ['other', 'refused']);
    });
  }
});
