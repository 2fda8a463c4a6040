/**
 * A store in a process of its own, for what only a second process can show. Started with what to do and the file:
 *
 * - `try`: says whether the store can be used.
 * - `hold`: the same, and keeps it open until the input ends.
 * - `idle`: asks for nothing.
 * - `leave`: asks for something, and ends without waiting for the answer.
 * - `append`: notes requests and jobs without end, and says what has been acknowledged.
 * - `fail`: notes requests until one cannot be noted, and a few more.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { ConnectError } from '../../../src/errors.ts';
import { processStore } from '../../../src/store/index.ts';
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
  case 'fail':
    await fail();
    break;
  default:
    throw new Error(`What is ${task}?`);
}
