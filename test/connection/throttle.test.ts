/**
 * The throttle's laws under a clock that the test drives.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Slot, Throttle } from '../../src/connection/throttle.ts';
import { PATIENCE, type Priority } from '../../src/connection/waiting-line.ts';
import { FakeClock, settle } from './support/fake-clock.ts';

const WINDOW = 60_000;
const never = new AbortController().signal;
const priorities: readonly Priority[] = ['orders', 'imports', 'restarts', 'polls'];

function create(limit: number) {
  const clock = new FakeClock();
  const backoff = { base: 1000, cap: 300_000, random: () => 1 };
  const throttle = new Throttle({ window: WINDOW, clock, backoff });
  const leave = throttle.join(limit);
  const take = (priority: Priority = 'imports', signal = never) =>
    throttle.take(throttle.ticket(priority), signal);
  return { clock, throttle, leave, take };
}

describe('throttle', () => {
  it('never lets more than the limit arrive in a rolling window, however long the ways and answers', async () => {
    const request = fc.record({
      pauseBefore: fc.integer({ min: 0, max: 20_000 }),
      way: fc.integer({ min: 0, max: 30_000 }),
      back: fc.integer({ min: 0, max: 30_000 }),
      end: fc.constantFrom('answered', 'failed', 'abandoned', 'limited', 'unused' as const),
      priority: fc.constantFrom(...priorities),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(request, { minLength: 1, maxLength: 40, size: 'max' }),
        async (limit, requests) => {
          const { clock, take, throttle } = create(limit);
          const arrivals: number[] = [];
          const send = async ({ way, back, end, priority }: (typeof requests)[number]) => {
            const slot = await take(priority);
            if (end === 'unused') return slot.unused();
            if (end === 'abandoned') {
              clock.after(back, () => {
                slot.abandoned();
                clock.after(way, () => arrivals.push(clock.now()));
              });
              return;
            }
            // The server counts on arrival; the slot is ended when its answer has come back.
            clock.after(way, () => {
              arrivals.push(clock.now());
              clock.after(back, () => (end === 'limited' ? slot.limited(undefined) : slot[end]()));
            });
          };
          const all: Promise<void>[] = [];
          for (const each of requests) {
            await clock.advance(each.pauseBefore);
            all.push(send(each));
          }
          await clock.advance(WINDOW * 400);
          await Promise.all(all);
          for (const time of arrivals) {
            const inWindow = arrivals.filter((other) => other > time - WINDOW && other <= time).length;
            assert.ok(inWindow <= limit, `${inWindow} arrivals within a window of ${limit}`);
          }
          assert.equal(arrivals.length, requests.filter(({ end }) => end !== 'unused').length);
          assert.equal(clock.pending, 0, 'a timer is left although nothing waits');
          assert.equal(throttle.status.used, 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('knows the place of a newcomer behind the more urgent', async () => {
    const { throttle } = create(1);
    const slot = await throttle.take(throttle.ticket('imports'), never);
    const places: number[] = [];
    for (const priority of ['polls', 'imports', 'orders', 'imports'] as const) {
      let heard = 0;
      void throttle.take(throttle.ticket(priority), never, (place) => {
        heard ||= place;
      });
      places.push(heard);
    }
    assert.deepEqual(places, [1, 1, 1, 3]);
    slot.failed();
  });

  it('uses the limit fully: the next window begins as soon as the answers allow', async () => {
    const { clock, take } = create(60);
    let done = 0;
    for (let index = 0; index < 600; index += 1) {
      void take().then((slot) => {
        done += 1;
        slot.answered();
      });
    }
    await clock.advance(9 * WINDOW * 1.0011);
    assert.equal(done, 600);
  });

  it('is fair: by urgency, first come first served within one, and nobody starves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...priorities), { minLength: 1, maxLength: 120, size: 'max' }),
        async (asked) => {
          const { clock, take } = create(1);
          const granted: { priority: Priority; index: number }[] = [];
          const first = await take();
          asked.forEach((priority, index) => {
            void take(priority).then((slot) => {
              granted.push({ priority, index });
              slot.answered();
            });
          });
          first.answered();
          await clock.advance(WINDOW * 1.001 * (asked.length + 1));
          assert.equal(granted.length, asked.length);
          for (const priority of priorities) {
            const indices = granted.filter((each) => each.priority === priority).map(({ index }) => index);
            assert.deepEqual(
              indices,
              [...indices].sort((a, b) => a - b),
            );
            let last = -1;
            granted.forEach((each, position) => {
              if (each.priority !== priority) return;
              assert.ok(
                position - last - 1 <= PATIENCE[priority] + 2,
                `${priority} was passed over too often`,
              );
              last = position;
            });
          }
          // Orders give way at most once in a row to each of the three others.
          const waitingOrders = granted.slice(
            0,
            granted.findLastIndex(({ priority }) => priority === 'orders') + 1,
          );
          let others = 0;
          for (const { priority } of waitingOrders) {
            others = priority === 'orders' ? 0 : others + 1;
            assert.ok(others <= 3);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('serves a more urgent call first and keeps the place of a call that comes again', async () => {
    const { clock, throttle, take } = create(1);
    const old = throttle.ticket('imports');
    const slot = await take();
    const order: string[] = [];
    const record = (name: string) => (granted: Slot) => {
      order.push(name);
      granted.answered();
    };
    void take('imports').then(record('young import'));
    void take('orders').then(record('order'));
    void throttle.take(old, never).then(record('old import'));
    slot.answered();
    await clock.advance(WINDOW * 4);
    assert.deepEqual(order, ['order', 'old import', 'young import']);
  });

  it('frees the place of a cancelled call, and takes no slot for it', async () => {
    const { clock, throttle, take } = create(1);
    const slot = await take();
    const cancel = new AbortController();
    const cancelled = take('orders', cancel.signal);
    const next = take('imports');
    cancel.abort('changed my mind');
    await assert.rejects(cancelled, (reason) => reason === 'changed my mind');
    await assert.rejects(take('orders', AbortSignal.abort('too late')), (reason) => reason === 'too late');
    assert.equal(throttle.status.waiting.orders, 0);
    slot.answered();
    await clock.advance(WINDOW * 1.001);
    (await next).answered();
    assert.equal(throttle.status.used, 1);
  });

  it('stops for everybody on 429 until Retry-After has passed', async () => {
    const { clock, take, throttle } = create(60);
    const slot = await take();
    slot.limited(90_000);
    let granted = 0;
    void take().then(() => {
      granted += 1;
    });
    await clock.advance(89_999);
    assert.equal(granted, 0);
    assert.equal(throttle.status.stoppedFor, 1);
    await clock.advance(1);
    assert.equal(granted, 1);
  });

  it('takes refusals of requests under way together for one, and doubles the pause only for the next', async () => {
    const { clock, take, throttle } = create(60);
    const together = await Promise.all(Array.from({ length: 20 }, () => take()));
    for (const slot of together) slot.limited(undefined);
    assert.equal(throttle.status.stoppedFor, 1000);
    await clock.advance(1000);
    (await take()).limited(undefined);
    assert.equal(throttle.status.stoppedFor, 2000);
    await clock.advance(2000);
    (await take()).answered();
    (await take()).limited(undefined);
    assert.equal(throttle.status.stoppedFor, 1000, 'an answer in between ends the row');
  });

  it('pauses even when a 429 asks for no pause', async () => {
    const { take, throttle } = create(60);
    (await take()).limited(0);
    assert.equal(throttle.status.stoppedFor, 1000);
  });

  it('goes by the lowest limit of its users, and keeps the last one for what still waits', async () => {
    const { throttle, leave } = create(5);
    const leaveLower = throttle.join(2);
    assert.equal(throttle.status.limit, 2);
    leaveLower();
    assert.equal(throttle.status.limit, 5);
    leave();
    assert.equal(throttle.status.limit, 5);
  });

  it('tells place and expected wait, and both come true', async () => {
    const { clock, throttle } = create(2);
    const told: [place: number, wait: number][] = [];
    const began = new Map<number, number>();
    for (let index = 0; index < 7; index += 1) {
      const onPlace = (place: number, wait: number) => void (index === 6 && told.push([place, wait]));
      void throttle.take(throttle.ticket('imports'), never, onPlace).then((slot) => {
        began.set(index, clock.now());
        slot.answered();
      });
      await settle();
    }
    assert.deepEqual(told[0], [5, 3 * WINDOW * 1.001]);
    await clock.advance(WINDOW * 10);
    assert.ok(Math.abs((began.get(6) ?? 0) - 3 * WINDOW * 1.001) < 1);
    assert.equal(told.at(-1)?.[0], 1);
  });

  it('is idle only when no call may come back and its last window is over', async () => {
    const { clock, throttle, leave } = create(1);
    const ticket = throttle.ticket('imports');
    (await throttle.take(ticket, never)).answered();
    leave();
    await clock.advance(WINDOW * 2);
    assert.equal(throttle.isIdle, false, 'the call may be in a pause between two attempts');
    (await throttle.take(ticket, never)).answered();
    throttle.discard(ticket);
    await clock.advance(WINDOW);
    assert.equal(throttle.isIdle, false);
    await clock.advance(WINDOW / 1000);
    assert.equal(throttle.isIdle, true);
  });

  it('ends a slot once only', async () => {
    const { throttle, take } = create(3);
    const slot = await take();
    slot.answered();
    slot.unused();
    slot.failed();
    assert.equal(throttle.status.used, 1);
  });
});
