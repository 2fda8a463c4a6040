/**
 * A store in a process of its own, for what only a second process can show. Started with what to do and the file:
 *
 * - `try`: says whether the store can be used.
 * - `hold`: the same, and keeps it open until the input ends.
 * - `idle`: asks for nothing.
 * - `leave`: asks for something, and ends without waiting for the answer.
 * - `append`: notes requests and jobs without end, and says what has been acknowledged.
 * - `batches`: collects items and brings batches of them to their end, without end, and says what has been acknowledged
 *   and what may be let go of from then on. Items whose number divides by 7 always fail.
 * - `fail`: notes requests until one cannot be noted, and a few more.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { ConnectError } from '../../../src/errors.ts';
import { processStore } from '../../../src/store/index.ts';
import { textOf } from '../../support/bytes.ts';
import { attempt, type Item, itemsIn, newBlock, newPiece, openCollection, unbounded } from './batches.ts';
import { newRequest } from './stores.ts';

const [task = '', file = ''] = process.argv.slice(2);

/** Written when it returns, so that nothing that was said is lost when the process is killed. */
function say(...words: readonly unknown[]): void {
  for (;;) {
    try {
      writeSync(1, `${words.join(' ')}\n`);
      return;
    } catch (error) {
      // The pipe is full until its reader has had its turn.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

const codeOf = (error: unknown) => (error instanceof ConnectError ? error.code : String(error));
const store = processStore(file);
const ready = () => store.ready().then(() => 'ready', codeOf);

async function append(lane: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const name = `${process.pid}-${lane}-${count}`;
    const id = await store.requests.begin(newRequest({ header: name }), Date.now());
    say('begun', id, name);
    await store.requests.accepted(id, name, Date.now());
    say('accepted', id, name);
    if (count % 2 === 0) continue;
    const end = { result: 'succeeded', details: name, at: Date.now() } as const;
    const job = await store.jobs.end(newRequest().scope, name, 1, end);
    say('ended', id, job?.outcomeId);
  }
}

async function seal(id: string, partitions: number): Promise<void> {
  while (await store.batches.distribute(id, 200));
  for (let partition = 0; partition < partitions; partition++) {
    const collected = await store.batches.partition(id, partition);
    if (collected === undefined) continue;
    const items = itemsIn(collected);
    const pieces = items.length === 0 ? [] : [newPiece(items)];
    await store.batches.fill(id, partition, pieces, [], [], Date.now());
  }
  await store.batches.sealed(id);
}

async function send(id: string): Promise<void> {
  await store.batches.take(id, 'node');
  for (const { number, state, items } of await store.batches.requests(id)) {
    if (state === 'ended') continue;
    if (state === 'waiting') {
      const request = await attempt(store, id, number, items);
      await store.requests.accepted(request, `${process.pid}-${request}`, Date.now());
    }
    const held = (await store.batches.pieces(id, number, -1, 1e9)).flatMap((piece) =>
      textOf(piece.keys).split('\n'),
    );
    const keys = new Map(held.filter((key) => Number(key) % 7 === 0).map((key) => [key, '{}']));
    say('ending', ...held);
    await store.batches.endRequest(id, number, { keys }, '{}', Date.now());
  }
  await store.batches.end(id, '{}', Date.now());
  say('ended', id);
}

async function collect(lane: number): Promise<void> {
  const collectionId = await openCollection(store, `lane ${lane}`, `https://${lane}.example/`);
  for (const { id, state, partitions, collectionId: of } of await store.batches.unfinished()) {
    if (of !== collectionId) continue;
    if (state === 'sealing') await seal(id, partitions);
    await send(id);
  }
  for (let count = 0; ; count += 1) {
    const keys = Array.from({ length: 9 }, (_, index) => process.pid * 1e6 + lane * 1e5 + count * 9 + index);
    const items = keys.map((key): Item => [`${key}`, `{"key":${key}}`]);
    await store.collections.append(collectionId, newBlock(items), unbounded, Date.now());
    say('appended', ...keys);
    if (count % 3 < 2) continue;
    const id = `${process.pid}-${lane}-${count}`;
    const batch = await store.batches.begin(
      collectionId,
      { id, settings: '{}', partitionBytes: 150 },
      Date.now(),
    );
    if (typeof batch === 'string') continue;
    await seal(id, batch.partitions);
    await send(id);
    await store.collections.requeue(collectionId, Date.now());
  }
}

async function fail(): Promise<void> {
  let isFailed = false;
  for (let after = 0; after < 20; after += isFailed ? 1 : 0) {
    const header = 'x'.repeat(2_000);
    const said = await store.requests.begin(newRequest({ header }), Date.now()).catch(codeOf);
    if (typeof said === 'string') isFailed = true;
    say(said);
  }
  await store.close();
}

switch (task) {
  case 'try':
    say(await ready());
    await store.close();
    break;
  case 'hold':
    say(await ready());
    process.stdin.resume();
    await once(process.stdin, 'end');
    await store.close();
    break;
  case 'idle':
    break;
  case 'leave':
    void store.slots.take('left');
    break;
  case 'append':
    await Promise.all(Array.from({ length: 20 }, (_, lane) => append(lane)));
    break;
  case 'batches':
    await Promise.all(Array.from({ length: 4 }, (_, lane) => collect(lane)));
    break;
  case 'fail':
    await fail();
    break;
  default:
    throw new Error(`What is ${task}?`);
}
