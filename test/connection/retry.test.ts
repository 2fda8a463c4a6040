/**
 * Every kind of end of an attempt, and what follows it.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { backoffDelay } from '../../src/connection/backoff.ts';
import type { HttpOutcome } from '../../src/connection/http-exchange.ts';
import { type AttemptState, decide, isPerhapsReceived } from '../../src/connection/retry.ts';
import { readRetryAfter } from '../../src/connection/retry-after.ts';

const answer = (status: number): HttpOutcome => ({ kind: 'answer', status, headers: {}, text: '' });
const failure = (
  kind: 'not-received' | 'perhaps-received',
  code: 'CONNECTION_FAILED' | 'TIMED_OUT',
): HttpOutcome => ({
  kind,
  code,
  cause: new Error('x'),
});
const state: AttemptState = {
  failure: 1,
  repeatable: false,
  renewable: true,
  remaining: 60_000,
  retryAfter: undefined,
  stoppedFor: 0,
  backoff: { base: 1000, cap: 300_000, random: () => 1 },
};

describe('retry decision', () => {
  const table: [HttpOutcome, once: string, repeatable: string][] = [
    [answer(200), 'accept', 'accept'],
    [answer(204), 'accept', 'accept'],
    [answer(302), 'REDIRECTED', 'REDIRECTED'],
    [answer(303), 'REDIRECTED', 'REDIRECTED'],
    [answer(304), 'REDIRECTED', 'REDIRECTED'],
    [answer(400), 'BAD_REQUEST', 'BAD_REQUEST'],
    [answer(401), 'renew', 'renew'],
    [answer(403), 'FORBIDDEN', 'FORBIDDEN'],
    [answer(404), 'NOT_FOUND', 'NOT_FOUND'],
    [answer(408), 'retry REQUEST_TIMEOUT', 'retry REQUEST_TIMEOUT'],
    [answer(409), 'REJECTED', 'REJECTED'],
    [answer(413), 'TOO_LARGE', 'TOO_LARGE'],
    [answer(422), 'REJECTED', 'REJECTED'],
    [answer(429), 'retry RATE_LIMITED', 'retry RATE_LIMITED'],
    [answer(500), 'OUTCOME_UNKNOWN', 'retry SERVER_ERROR'],
    [answer(502), 'OUTCOME_UNKNOWN', 'retry SERVER_ERROR'],
    [answer(503), 'retry SERVICE_UNAVAILABLE', 'retry SERVICE_UNAVAILABLE'],
    [answer(504), 'OUTCOME_UNKNOWN', 'retry SERVER_ERROR'],
    [answer(520), 'OUTCOME_UNKNOWN', 'retry SERVER_ERROR'],
    [failure('not-received', 'CONNECTION_FAILED'), 'retry CONNECTION_FAILED', 'retry CONNECTION_FAILED'],
    [failure('perhaps-received', 'TIMED_OUT'), 'OUTCOME_UNKNOWN', 'retry TIMED_OUT'],
    [{ kind: 'answer-too-large', status: 200 }, 'ANSWER_TOO_LARGE', 'ANSWER_TOO_LARGE'],
  ];
  for (const [outcome, once, repeatable] of table) {
    const name = 'status' in outcome ? `${outcome.kind} ${outcome.status}` : outcome.kind;
    it(`${name}: ${once}, if repeatable ${repeatable}`, () => {
      assert.equal(shown(decide(outcome, state)), once);
      assert.equal(shown(decide(outcome, { ...state, repeatable: true })), repeatable);
    });
  }

  it('a second 401 is final', () => {
    assert.equal(shown(decide(answer(401), { ...state, renewable: false })), 'UNAUTHORIZED');
  });

  it('gives up when the deadline would pass first', () => {
    const late = { ...state, remaining: 999 };
    assert.equal(decide(answer(503), late).action, 'give-up');
    assert.equal(decide(answer(503), { ...state, retryAfter: 60_001 }).action, 'give-up');
    assert.equal(decide(answer(429), { ...late, stoppedFor: 1000 }).action, 'give-up');
    assert.equal(decide(answer(429), { ...late, stoppedFor: 999 }).action, 'retry');
  });

  it('waits at least as long as Retry-After asks', () => {
    const decision = decide(answer(503), { ...state, retryAfter: 7000 });
    assert.equal(decision.action === 'retry' && decision.delay, 7000);
  });

  it('never repeats a call that is not repeatable after it was perhaps carried out', () => {
    const status = fc.integer({ min: 200, max: 599 }).map(answer);
    fc.assert(
      fc.property(status, (outcome) => {
        const { action } = decide(outcome, state);
        assert.ok(!(isPerhapsReceived(outcome) && action === 'retry'));
      }),
    );
  });

  it('backs off between half and the whole of a doubling pause, up to the cap', () => {
    const random = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), random, (failed, value) => {
        const delay = backoffDelay(failed, { base: 1000, cap: 300_000, random: () => value });
        const longest = Math.min(300_000, 1000 * 2 ** (failed - 1));
        assert.ok(delay >= longest / 2 && delay <= longest);
      }),
    );
  });
});

describe('Retry-After', () => {
  const wall = Date.UTC(2026, 0, 1);
  const read = (value: string, date?: string) =>
    readRetryAfter({ 'retry-after': value, ...(date === undefined ? {} : { date }) }, wall);

  it('reads seconds and dates', () => {
    assert.equal(read('7'), 7000);
    assert.equal(read('0'), 0);
    assert.equal(read('Thu, 01 Jan 2026 00:01:00 GMT'), 60_000);
    assert.equal(read('Wed, 31 Dec 2025 00:00:00 GMT'), 0);
  });

  it('counts a date from the clock of the server that wrote it', () => {
    assert.equal(read('Fri, 01 May 2026 10:00:30 GMT', 'Fri, 01 May 2026 10:00:00 GMT'), 30_000);
  });

  it('is bounded', () => {
    assert.equal(read('9999999999'), 600_000);
    assert.equal(read('Fri, 01 Jan 2100 00:00:00 GMT'), 600_000);
  });

  it('takes nonsense for nothing', () => {
    for (const value of [
      '',
      ' ',
      '-1',
      '1.5',
      'soon',
      '1e3',
      '0x10',
      '2026-01-01',
      'Thu, 99 Foo 2026 00:00:00 GMT',
      '1, 2',
    ]) {
      assert.equal(read(value), undefined, value);
    }
    assert.equal(readRetryAfter({}, wall), undefined);
  });
});

function shown(decision: ReturnType<typeof decide>): string {
  if (decision.action === 'fail') return decision.code;
  return decision.action === 'retry' ? `retry ${decision.code}` : decision.action;
}
