/**
 * Collections and batches, whatever is asked in whatever order, with the file closed and opened in between: answers
 * and content are those of a model in plain memory.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ConnectError } from '../../src/errors.ts';
import type { FailedLine, NewestLine, Store } from '../../src/store/index.ts';
import { enoughRounds } from '../support/enough-rounds.ts';
import {
  attempt,
  type Item,
  itemsIn,
  itemsOfRequest,
  newBlock,
  newPiece,
  unbounded,
} from './support/batches.ts';
import { CollectionModel } from './support/collection-model.ts';
import { newRequest, Stores } from './support/stores.ts';

const { scope } = newRequest();

const command = fc.record({
  kind: fc.constantFrom(
    ...(['append', 'append', 'begin', 'go on', 'go on', 'go on', 'go on', 'go on', 'go on'] as const),
    ...([
      'seal',
      'take',
      'untake',
      'split',
      'withhold',
      'end request',
      'end',
      'requeue',
      'requeue',
      'reject',
    ] as const),
    ...(['attempt', 'attempt', 'again', 'accepted', 'accepted', 'failed', 'abandoned', 'keys'] as const),
    ...(['flush', 'discard kept', 'discard waiting', 'finish outcome', 'reopen'] as const),
  ),
  collection: fc.nat(1),
  supplierId: fc.constantFrom(null, null, null, 7),
  keys: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'ä'), { minLength: 1, maxLength: 6 }),
  isOdd: fc.boolean(),
  pick: fc.nat(1000),
  number: fc.nat(4),
});
type Drawn = typeof command extends fc.Arbitrary<infer Value> ? Value : never;
type Kind = Exclude<Drawn['kind'], 'go on'> | 'fill';
interface Command extends Omit<Drawn, 'kind'> {
  readonly kind: Kind;
}

/** Whether something was rejected when a batch was put together that holds something newer of its record. */
function isReplacedBeside(batchId: string) {
  return (kept: CollectionModel['collections'][number]['kept'][number]) =>
    kept.batchId === batchId && kept.replacedBy === batchId;
}

/** What brings a batch on, so that random steps get anywhere. */
function nextOf(batch: CollectionModel['batches'][number] | undefined, isOdd: boolean): Kind {
  switch (batch?.state) {
    case 'sealing':
      return batch.filled.size === batch.partitions ? 'seal' : 'fill';
    case 'sealed':
      return 'take';
    case 'sending':
      if (batch.requests.every(({ state }) => state === 'ended')) return 'end';
      return isOdd && batch.failedKeys.size > 0 ? 'withhold' : 'end request';
    default:
      return 'begin';
  }
}

/** What is true of the store by its own words; compare {@link CollectionModel.snapshot}. */
async function snapshotOf(store: Store, model: CollectionModel) {
  const { collections, batches } = store;
  const all = await collections.list();
  return {
    collections: await Promise.all(
      all.map(async ({ id, waiting, oldestAt = null, isFlushAsked, failed, rejected }) => ({
        ...{ waiting, oldestAt, isFlushAsked, failed, rejected },
        kept: await Promise.all(
          (['failed', 'rejected'] as const).map(async (kind) =>
            (await collections.kept(id, kind, 0, 1000)).map(({ id: _, kind: __, ...item }) => item),
          ),
        ),
        outcomes: (await batches.outcomes(id)).map(({ batchId, outcome }) => [batchId, outcome]),
      })),
    ),
    unfinished: (await batches.unfinished()).map(({ id }) => id),
    batches: await Promise.all(
      model.batches.map(async ({ id }) => {
        const batch = await batches.find(id);
        assert.ok(batch, id);
        const { supplierId, state, collected, merged: held, takenBy } = batch;
        const requests = (await batches.requests(id)).map(
          async ({ header: _, bytes: __, pieces: ___, ...request }) => ({
            ...request,
            held: await itemsOfRequest(store, id, request.number),
          }),
        );
        return {
          ...{ id, supplierId, state, collected, merged: held, takenBy },
          failed: (await batches.failures(id, 0)).count,
          requests: await Promise.all(requests),
        };
      }),
    ),
  };
}

/**
 * What a merge might come to: some lines are invalid, and of each key the others are joined, the last of them counts;
 * or some of those cannot be joined to what was before them, and go in the next stage; or all go in two slices.
 */
function sealedFrom(lines: readonly Item[], { isOdd, number, pick }: Command) {
  const failed: FailedLine[] = [];
  const stages: Map<string, { readonly text: string; readonly line: number }>[] = [];
  for (const [line, [key, text]] of lines.entries()) {
    if (text.includes('4')) {
      failed.push({ key, text, reason: '"bad"', line });
      continue;
    }
    const last = stages.findLastIndex((each) => each.has(key));
    const isApart = isOdd && (pick + line) % 3 > 0;
    const stage = last < 0 ? 0 : isApart ? last + 1 : last;
    stages[stage] ??= new Map();
    stages[stage].set(key, { text, line });
  }
  if (!isOdd && stages[0] !== undefined) {
    stages.push(
      new Map([...stages[0]].map(([key, { text, line }]) => [key, { text: `{"later":${text}}`, line }])),
    );
  }
  const newest: NewestLine[] = [];
  const pieces: { request: number; stage: number; items: Item[] }[] = [];
  for (const [stage, held] of stages.entries()) {
    for (const [key, { line }] of held) newest.push({ key, stage, line });
    const items = [...held].map(
      ([key, { text }]): Item => [stage === 0 ? key : `${key}\t${JSON.stringify(['x', key])}`, text],
    );
    const size = number + 1;
    for (let start = 0; start < items.length; start += size) {
      pieces.push({ request: stage, stage, items: items.slice(start, start + size) });
    }
  }
  return { pieces, failed, newest };
}

describe('store: model of collections and batches', () => {
  const stores = new Stores();
  after(() => stores.clear());

  it('every answer, and all that is kept, is that of the model', async function () {
    this.timeout(120_000);
    const seen = new Map<string, number>();
    const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    const property = fc.asyncProperty(
      fc.array(command, { minLength: 80, maxLength: 120, size: 'max' }),
      async (commands) => {
        const file = stores.newFile();
        const model = new CollectionModel();
        let store = stores.open(file);
        for (const name of ['one', 'two']) {
          const { id } = await store.collections.open({ scope, import: 'import-onhands', name }, '{}');
          model.collections.push({ id, waiting: [], flushed: undefined, kept: [] });
        }
        let text = 0;
        let jobs = 0;

        /** Carries a command out in both; undefined where it means nothing at present. */
        const carryOut = async (each: Command, at: number): Promise<[unknown, unknown] | undefined> => {
          const { kind, supplierId, keys, isOdd, pick, number } = each;
          const { collections, batches } = store;
          const id = model.collections[each.collection]?.id ?? 0;
          const unfinished = model.batches.filter(({ state }) => state !== 'ended');
          const batch = unfinished[pick % unfinished.length] ?? model.batches[0];
          const open = batch?.requests.filter(({ state }) => state !== 'ended') ?? [];
          const request = (open[pick % open.length] ?? batch?.requests[0])?.number ?? number;
          const tried = model.attempts[pick % model.attempts.length];
          const answer = (call: Promise<unknown>) =>
            call.catch((error) => {
              assert.ok(error instanceof ConnectError);
              return error.code;
            });
          const append = async (most = unbounded): Promise<[unknown, unknown]> => {
            const items = keys.map((key): Item => {
              text += 1;
              return [key, `{"${key}":${text}}`];
            });
            const wanted = model.append(id, { items, supplierId, at }, most);
            const said = await answer(collections.append(id, newBlock(items, supplierId), most, at));
            return [typeof said === 'string' ? said : undefined, wanted];
          };
          switch (kind) {
            case 'append':
              return append(pick % 5 === 0 ? { items: 10, bytes: 90 } : unbounded);
            case 'reject': {
              const items = keys.map((key) => ({ key, text: `{"${key}":0}`, reason: '"no"' }));
              const most = { items: number * 2, bytes: 70 };
              await collections.reject(id, items, most, at);
              return [undefined, model.reject(id, items, most, at)];
            }
            case 'requeue': {
              const both = [await answer(collections.requeue(id, at)), model.requeue(id, at)] as const;
              // Something new of the same records is collected before that has gone.
              if (isOdd) assert.equal(...(await append()));
              return [...both];
            }
            case 'flush':
              return [(await collections.flush(id)).isFlushAsked, model.flush(id)];
            case 'discard kept': {
              if (pick % 3 > 0) return undefined;
              const which = isOdd ? 'failed' : 'rejected';
              return [await collections.discardKept(id, which), model.discardKept(id, which)];
            }
            case 'discard waiting':
              if (pick % 3 > 0) return undefined;
              return [await answer(collections.discardWaiting(id)), model.discardWaiting(id)];
            case 'begin': {
              const most = isOdd ? unbounded : { items: number * 4, bytes: 80 };
              const partitionBytes = pick % 2 === 0 ? 40 : undefined;
              const name = `batch ${model.batches.length}`;
              const wanted = model.begin(id, name, most, partitionBytes);
              if (wanted === undefined && model.collections[each.collection]?.flushed !== undefined)
                note('flushed in parts');
              const said = await batches.begin(
                id,
                { id: name, settings: '{}', most, ...(partitionBytes && { partitionBytes }) },
                at,
              );
              return [typeof said === 'string' ? said : undefined, wanted];
            }
            case 'fill': {
              if (batch?.state !== 'sealing') return undefined;
              while (await batches.distribute(batch.id, 30));
              let partition = 0;
              while (batch.filled.has(partition)) partition += 1;
              if (partition === batch.partitions) return undefined;
              const lines = itemsIn(await batches.partition(batch.id, partition));
              assert.ok(model.isPartition(batch, lines, batch.filled.size + 1 === batch.partitions));
              const { pieces, failed, newest } = sealedFrom(lines, each);
              const parts = pieces.map(({ items, request: to, stage }) => newPiece(items, to, stage));
              await batches.fill(batch.id, partition, parts, failed, newest, at);
              model.fill(batch, partition, pieces, failed, newest, lines, at);
              if (batch.collection.kept.some(isReplacedBeside(batch.id))) note('replaced beside');
              if (newest.some(({ stage }) => stage > 0) && model.isMixed(batch)) note('mixed in stages');
              return [undefined, undefined];
            }
            case 'seal': {
              if (batch === undefined) return undefined;
              const said = await answer(batches.sealed(batch.id));
              return [typeof said === 'string' ? said : undefined, model.sealed(batch)];
            }
            case 'take': {
              if (batch === undefined) return undefined;
              const said = await batches.take(batch.id, keys.join());
              return [typeof said === 'string' ? said : undefined, model.take(batch, keys.join())];
            }
            case 'untake':
              if (batch === undefined) return undefined;
              return [await batches.untake(batch.id), model.untake(batch)];
            case 'split':
              if (batch === undefined || batch.state === 'sealing') return undefined;
              return [await answer(batches.split(batch.id, request)), model.split(batch, request)];
            case 'withhold': {
              if (batch === undefined || batch.state === 'sealing') return undefined;
              const before = batch.failed;
              const wanted = model.withhold(batch, request, '"withheld"', at);
              if (batch.failed > before) note('withheld');
              return [await answer(batches.withhold(batch.id, request, '"withheld"', at)), wanted];
            }
            case 'end request': {
              if (batch === undefined || batch.state === 'sealing') return undefined;
              const reasons = new Map(keys.map((key) => [key, `"${key}"`]));
              const [failure, reasonOf] =
                number === 0
                  ? [undefined, () => undefined]
                  : number === 1
                    ? [{ all: '"all"' }, () => '"all"']
                    : [{ keys: reasons }, (key: string) => new Map<string, string>(reasons).get(key)];
              const wanted = model.endRequest(batch, request, reasonOf, `${pick}`, at);
              return [await answer(batches.endRequest(batch.id, request, failure, `${pick}`, at)), wanted];
            }
            case 'end':
              if (batch === undefined) return undefined;
              return [await answer(batches.end(batch.id, `${pick}`, at)), model.end(batch, `${pick}`)];
            case 'attempt': {
              if (batch === undefined || batch.state === 'sealing') return undefined;
              const held = (await itemsOfRequest(store, batch.id, request)).length;
              const said = await answer(attempt(store, batch.id, request, held));
              if (!model.isWaiting(batch, request)) return [said, 'STORE_ENTRY_UNKNOWN'];
              return [undefined, model.attempt(Number(said), batch, request)];
            }
            case 'again':
              if (tried === undefined) return undefined;
              return [await answer(store.requests.again(tried.id, at)), model.again(tried)];
            case 'accepted': {
              if (tried === undefined || tried.state === 'accepted') return undefined;
              jobs += 1;
              await store.requests.accepted(tried.id, `${jobs}`, at);
              return [undefined, model.accepted(tried, `${jobs}`)];
            }
            case 'failed': {
              if (tried === undefined) return undefined;
              const outcome = isOdd ? 'not sent' : 'unknown';
              return [await store.requests.failed(tried.id, outcome, at), model.failed(tried, outcome)];
            }
            case 'abandoned':
              model.abandoned();
              return [await store.requests.abandoned(scope, at), []];
            case 'keys':
              if (tried === undefined) return undefined;
              return [await store.jobs.keys(tried.id), model.keys(tried)];
            case 'finish outcome': {
              const [outcome] = await batches.outcomes(id);
              if (outcome === undefined) return undefined;
              await batches.finishOutcome(outcome.id);
              const index = model.outcomes.findIndex((told) => told.batch.id === outcome.batchId);
              model.outcomes.splice(index, 1);
              return [undefined, undefined];
            }
            case 'reopen':
              if (pick % 3 > 0) return undefined;
              await store.close();
              store = stores.open(file);
              model.process += 1;
              return [undefined, undefined];
          }
        };

        for (const [index, each] of commands.entries()) {
          const unfinished = model.batches.filter(({ state }) => state !== 'ended');
          const next = nextOf(unfinished[each.pick % unfinished.length], each.isOdd);
          const kind = each.kind === 'go on' ? next : each.kind;
          const answers = await carryOut({ ...each, kind }, 1_000 + index);
          if (answers === undefined) continue;
          const [actual, wanted] = answers;
          assert.deepEqual(actual, wanted, kind);
          assert.deepEqual(await snapshotOf(store, model), model.snapshot(), kind);
          if (actual === undefined || typeof actual === 'object') note(kind);
        }
        if (model.collections.some(({ kept }) => kept.some(({ isReplaced }) => isReplaced))) note('replaced');
        await store.close();
      },
    );
    const cases = [
      ...['fill', 'end request', 'end', 'accepted', 'requeue', 'withheld', 'replaced'],
      ...['replaced beside', 'mixed in stages', 'flushed in parts'],
    ];
    await enoughRounds(property, {
      rounds: 6,
      seen: () => Math.min(...cases.map((each) => seen.get(each) ?? 0)),
      fewest: 2,
    });
  });
});
