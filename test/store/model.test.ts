/**
 * Whatever is asked in whatever order, alone or together, with the file closed and opened in between: the answers
 * are those of a model in plain memory.
 */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ConnectError } from '../../src/errors.ts';
import type { Store } from '../../src/store/index.ts';
import type { MachineClock } from '../../src/store/sqlite/machine-clock.ts';
import { enoughRounds } from '../support/enough-rounds.ts';
import { Model, superseded } from './support/model.ts';
import { newRequest, Stores } from './support/stores.ts';

const hour = 60 * 60 * 1000;

const command = fc.record({
  kind: fc.constantFrom(
    ...(['take', 'end slot', 'forget', 'load', 'begin', 'begin', 'again', 'accepted', 'accepted'] as const),
    ...(['failed', 'abandoned', 'follow', 'unfinished', 'find', 'keys', 'end', 'restarted'] as const),
    ...([
      'newer',
      'newer',
      'accepted',
      'begin',
      'prune',
      'add wait',
      'add wait',
      'pending waits',
      'due',
      'claim wait',
    ] as const),
    ...(['finish wait', 'next limit', 'nodes', 'add event', 'add event', 'pending events'] as const),
    ...(['claim event', 'finish event', 'end', 'end', 'baselines', 'baselines'] as const),
  ),
  scope: fc.constantFrom('https://one.example/', 'https://two.example/'),
  job: fc.constantFrom('1', '2', '3'),
  otherJob: fc.constantFrom('1', '2', '3', '4'),
  node: fc.constantFrom('a', 'b'),
  pick: fc.nat(1000),
  number: fc.integer({ min: 1, max: 3 }),
  isOdd: fc.boolean(),
  pause: fc.constantFrom(1, 500, hour, 11 * hour),
  // What is kept as text is JSON, which never holds a NUL: Node.js 22 reads a text up to the first.
  text: fc.string({ unit: 'binary', maxLength: 5 }).map((text) => JSON.stringify(text)),
});
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

/** A call, and what the model has to say to what came back. */
interface Step {
  readonly call: () => Promise<unknown>;
  readonly expected: (actual: unknown) => unknown;
}

const unknown = 'STORE_ENTRY_UNKNOWN';
const idOf = (stored: unknown): number =>
  typeof stored === 'object' && stored !== null && 'id' in stored ? Number(stored.id) : Number(stored);

/** Ids that are there when a group begins. */
interface Known {
  readonly requests: readonly number[];
  readonly slots: readonly number[];
  readonly waits: readonly number[];
  readonly events: readonly number[];
}

function slotStep(
  store: Store,
  model: Model,
  { kind, node, pick }: Command,
  known: Known,
  now: number,
): Step | undefined {
  const id = known.slots[pick % known.slots.length] ?? 999_999;
  switch (kind) {
    case 'take':
      return {
        call: () => store.slots.take(node),
        expected: (actual) => {
          model.slots.push({ id: Number(actual), throttle: node });
          return actual;
        },
      };
    case 'end slot':
      return {
        call: () => store.slots.end(id),
        expected: () => {
          const slot = model.slots.find((each) => each.id === id);
          if (slot) slot.endedAt = now;
        },
      };
    case 'forget':
      return {
        call: () => store.slots.forget([id, 888_888]),
        expected: () => {
          model.slots = model.slots.filter((each) => each.id !== id);
        },
      };
    case 'load':
      return {
        call: () => store.slots.load(node, 60_000),
        expected: () => {
          model.slots = model.slots.filter(
            ({ throttle, endedAt }) => throttle !== node || endedAt === undefined || now - endedAt <= 60_000,
          );
          return model.slots
            .filter(({ throttle }) => throttle === node)
            .map(({ id: slot, endedAt }) => ({
              id: slot,
              endedFor: endedAt === undefined ? undefined : now - endedAt,
            }));
        },
      };
    default:
      return undefined;
  }
}

function requestStep(
  store: Store,
  model: Model,
  command: Command,
  known: Known,
  now: number,
): Step | undefined {
  const { kind, scope, job, pick, number, isOdd, text, node } = command;
  const id = known.requests[pick % known.requests.length] ?? 999_999;
  switch (kind) {
    case 'begin': {
      const request = newRequest({
        scope,
        fullFile: isOdd,
        header: text,
        items: number,
        keys: Array.from({ length: number }, (_, index) => `${text}${index}`),
        nodeId: node,
        ...(number === 1 && { supplierId: 7 }),
        counts: new Map([['x', pick], ...(isOdd ? ([['y', number]] as const) : [])]),
      });
      return {
        call: () => store.requests.begin(request, now),
        expected: (actual) => {
          model.begin(Number(actual), request, now);
          return actual;
        },
      };
    }
    case 'again':
      return {
        call: () => store.requests.again(id, now),
        expected: () => (model.again(id, now) ? undefined : unknown),
      };
    case 'accepted':
      return {
        call: () => store.requests.accepted(id, job, now),
        expected: () => model.accepted(id, job, now) ?? unknown,
      };
    case 'failed': {
      const outcome = isOdd ? 'not sent' : 'unknown';
      return {
        call: () => store.requests.failed(id, outcome, now),
        expected: () => model.failed(id, outcome, now),
      };
    }
    case 'abandoned':
      return {
        call: () => store.requests.abandoned(scope, now),
        expected: () => model.abandoned(scope, now),
      };
    case 'keys':
      return { call: () => store.jobs.keys(id), expected: () => model.keys(id) };
    default:
      return undefined;
  }
}

function jobStep(store: Store, model: Model, command: Command, now: number): Step | undefined {
  const { kind, scope, job, otherJob, number, isOdd, text } = command;
  switch (kind) {
    case 'follow':
      return {
        call: () => store.jobs.follow(scope, job, now),
        expected: () => model.follow(scope, job, now),
      };
    case 'unfinished':
      return { call: () => store.jobs.unfinished(scope), expected: () => model.unfinished(scope, now) };
    case 'find':
      return { call: () => store.jobs.find(scope, job), expected: () => model.find(scope, job) };
    case 'end': {
      const end = { result: isOdd ? 'succeeded' : 'failed', details: text, at: now } as const;
      return {
        call: () => store.jobs.end(scope, job, number, end),
        expected: (actual) => {
          const outcomeId =
            typeof actual === 'object' && actual !== null && 'outcomeId' in actual
              ? String(actual.outcomeId)
              : '';
          return model.end(scope, job, number, end, outcomeId);
        },
      };
    }
    case 'restarted':
      return {
        call: () => store.jobs.restarted(scope, job, otherJob, now),
        expected: () => model.restarted(scope, job, otherJob, now),
      };
    case 'baselines': {
      const lane = { scope, import: 'import-onhands', supplierId: number === 1 ? 7 : null };
      const bounds = ['x', 'y', 'z'];
      return {
        call: async () => {
          const answers = [store.feeds.baselines(lane, bounds), store.feeds.perhapsTaken(lane, bounds)];
          return (await Promise.all(answers)).map((answer) => [...answer].sort());
        },
        expected: () => {
          const known = model.baselinesOf(lane, bounds);
          const perhaps = model.perhapsTaken(lane, bounds);
          if (known.size > 0) knownBaselines += 1;
          if (perhaps.size > 0) knownPerhaps += 1;
          return [known, perhaps].map((answer) => [...answer].sort());
        },
      };
    }
    case 'newer':
      return { call: () => store.jobs.newer(scope, job), expected: () => model.newer(scope, job) };
    case 'prune':
      return {
        call: () => store.jobs.prune(now - 2 * hour),
        expected: () => model.prune(now - 2 * hour),
      };
    default:
      return undefined;
  }
}

function waitStep(store: Store, model: Model, command: Command, known: Known, now: number): Step | undefined {
  const { kind, scope, job, node, pick, number, isOdd, text } = command;
  const id = known.waits[pick % known.waits.length] ?? 999_999;
  switch (kind) {
    case 'add wait': {
      const wait = {
        scope,
        jobId: job,
        nodeId: node,
        message: text,
        limitAt: isOdd ? null : now + number * 500.5,
      };
      return {
        call: () => store.waits.add(wait, now),
        expected: (actual) => model.addWait(idOf(actual), wait, now) ?? unknown,
      };
    }
    case 'pending waits':
      return { call: () => store.waits.pending(node, now), expected: () => model.pendingWaits(node, now) };
    case 'due':
      return { call: () => store.waits.due(node, now), expected: () => model.due(node, now) };
    case 'claim wait':
      return {
        call: () => store.waits.claim(id),
        expected: () => model.claim(model.waits.find((wait) => wait.id === id)),
      };
    case 'finish wait':
      return {
        call: () => store.waits.finish(id),
        expected: () => {
          model.waits = model.waits.filter((wait) => wait.id !== id);
        },
      };
    case 'next limit':
      return { call: () => store.waits.nextLimit(node, now), expected: () => model.nextLimit(node, now) };
    case 'nodes':
      return { call: () => store.waits.nodes(scope), expected: () => model.nodes(scope) };
    default:
      return undefined;
  }
}

function eventStep(
  store: Store,
  model: Model,
  command: Command,
  known: Known,
  now: number,
): Step | undefined {
  const { kind, scope, job, node, pick, number, isOdd } = command;
  const id = known.events[pick % known.events.length] ?? 999_999;
  const pending = model.events.find((event) => event.id === id);
  switch (kind) {
    case 'add event': {
      const event = {
        scope,
        nodeId: node,
        type: isOdd ? 'JobCompletedEvent' : 'OrderPaidEvent',
        body: `{"JobId":${job}}`,
        ...(isOdd && { job: { jobId: job, status: number } }),
      };
      return {
        call: () => store.events.add(event, now),
        expected: (actual) => model.addEvent(idOf(actual), event, now),
      };
    }
    case 'pending events':
      return { call: () => store.events.pending(node), expected: () => model.pendingEvents(node) };
    case 'claim event':
      return {
        call: () => store.events.claim(id),
        expected: () => model.claim(pending?.toldAt === undefined ? pending : undefined),
      };
    case 'finish event':
      return {
        call: () => store.events.finish(id, now),
        expected: () => {
          if (pending) pending.toldAt ??= now;
        },
      };
    default:
      return undefined;
  }
}

/** Calls that have to have something to tell, or the property says little. */
const telling = ['accepted', 'abandoned', 'keys', 'end', 'newer', 'due', 'pending waits', 'load'] as const;

/** How often the model knew of a baseline. */
let knownBaselines = 0;
/** How often it knew of a feed that may have been taken. */
let knownPerhaps = 0;

describe('store: model', () => {
  const stores = new Stores();
  after(() => stores.clear());

  it('every answer is that of the model', async function () {
    this.timeout(300_000);
    const group = fc.record({
      isReopened: fc.integer({ min: 0, max: 15 }).map((number) => number === 0),
      commands: fc.array(command, { minLength: 1, maxLength: 30, size: 'max' }),
    });
    const seen = new Map<string, number>();
    await enoughRounds(
      fc.asyncProperty(fc.array(group, { minLength: 10, maxLength: 30, size: 'max' }), async (groups) => {
        const file = stores.newFile();
        let now = 1_700_000_000_000;
        const clock: MachineClock = {
          moment: () => ({ wall: now, uptime: now - 1e12 }),
          uptimeResolution: 0,
        };
        const model = new Model();
        let store = stores.open(file, { clock });
        const outcome = (value: unknown) =>
          JSON.parse(
            JSON.stringify({ value: value instanceof Map ? [...value].sort() : value }),
            (key, inner) => (key === 'outcomeId' && !model.outcomeIds.has(inner) ? superseded : inner),
          );
        for (const { isReopened, commands } of groups) {
          if (isReopened) {
            await store.close();
            store = stores.open(file, { clock });
            model.restart();
          }
          const known: Known = {
            requests: model.requests.map(({ id }) => id),
            slots: model.slots.map(({ id }) => id),
            waits: model.waits.map(({ id }) => id),
            events: model.events.map(({ id }) => id),
          };
          const steps = commands.map((each) => {
            now += each.pause;
            const step =
              slotStep(store, model, each, known, now) ??
              requestStep(store, model, each, known, now) ??
              jobStep(store, model, each, now) ??
              waitStep(store, model, each, known, now) ??
              eventStep(store, model, each, known, now);
            assert.ok(step, each.kind);
            const answer = step.call().catch((error) => {
              assert.ok(error instanceof ConnectError);
              return error.code;
            });
            return { kind: each.kind, expected: step.expected, answer };
          });
          for (const { kind, expected, answer } of steps) {
            const actual = await answer;
            const wanted = expected(actual);
            assert.deepEqual(outcome(actual), outcome(wanted), kind);
            const isTelling =
              wanted !== undefined && wanted !== unknown && !(Array.isArray(wanted) && wanted.length === 0);
            if (isTelling) seen.set(kind, (seen.get(kind) ?? 0) + 1);
          }
        }
        await store.close();
      }),
      // How often each kind of call had something to tell, at the least.
      {
        rounds: 20,
        seen: () => Math.min(knownBaselines, knownPerhaps, ...telling.map((kind) => seen.get(kind) ?? 0)),
        fewest: 11,
      },
    );
  });
});
