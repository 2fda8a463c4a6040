/**
 * The command that starts the simulator alone.
 */
import assert from 'node:assert/strict';
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tokenForm } from './caller.ts';
import { Receiver } from './receiver.ts';

const file = fileURLToPath(new URL('../../src/simulator/command.ts', import.meta.url));

type Child = ChildProcessByStdio<null, Readable, Readable>;

function run(...options: string[]): Child {
  return spawn(process.execPath, [file, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outcome(child: Child): Promise<{ code: number; output: string; errors: string }> {
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { code, output, errors };
}

/** Starts it and waits for its address. */
async function started(...options: string[]): Promise<{ child: Child; greeting: string; url: string }> {
  const child = run('--port', '0', ...options);
  let greeting = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    greeting += String(chunk);
    if (greeting.includes('Ctrl+C')) break;
  }
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(greeting)?.[0];
  assert.ok(url, greeting);
  return { child, greeting, url };
}

describe('simulator: command', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`prints all that a client needs, and ends cleanly on ${signal}`, async () => {
      const { child, greeting, url } = await started('--mood', 'kind');
      const tokenUrl = /http\S+\/identity\S+/.exec(greeting)?.[0] ?? '';
      assert.equal((await fetch(tokenUrl, { method: 'POST', body: tokenForm() })).status, 200);
      assert.match(greeting, /simulator-secret/);
      assert.equal((await fetch(url)).status, 200);
      child.kill(signal);
      const [code, killedBy] = (await once(child, 'exit')) as [number | null, string | null];
      assert.deepEqual([code, killedBy], [0, null]);
    });
  }

  it('says so when the port is taken', async () => {
    const { child, url } = await started();
    const second = await outcome(run('--port', new URL(url).port));
    child.kill();
    await once(child, 'exit');
    assert.equal(second.code, 1);
    assert.match(second.errors, /^Port \d+ of 127\.0\.0\.1 is taken/);
    assert.equal(second.errors.split('\n').length, 2);
  });

  it('sends events where it is told, with the headers it is told', async () => {
    const receiver = await Receiver.start();
    const { child, url } = await started(
      ...['--mood', 'kind', '--log-rows', 'null', '--job-retention', '1'],
      ...['--webhook', `JobCompletedEvent=${receiver.url}/jobs?key=a`],
      ...['--webhook', `OrderReceivedEvent=${receiver.url}/orders`],
      ...['--webhook-header', 'X-Secret: a:b', '--webhook-header', 'X-Other:c'],
    );
    try {
      for (const type of ['JobCompletedEvent', 'OrderReceivedEvent']) {
        const body = JSON.stringify({ type, body: { type } });
        assert.equal((await fetch(`${url}/simulator/events`, { method: 'POST', body })).status, 200);
      }
      while (receiver.events.length < 2) await wait(5);
      const seen = receiver.events.map(({ path, headers, body }) => [
        path,
        headers['x-secret'],
        headers['x-other'],
        body.type,
      ]);
      assert.deepEqual(seen, [
        ['/jobs?key=a', 'a:b', 'c', 'JobCompletedEvent'],
        ['/orders', 'a:b', 'c', 'OrderReceivedEvent'],
      ]);
    } finally {
      child.kill();
      await once(child, 'exit');
      await receiver.close();
    }
  });

  it('ends with one line when an address of events cannot be', async () => {
    const { code, errors } = await outcome(run('--port', '0', '--webhook', 'JobCompletedEvent=nowhere'));
    assert.equal(code, 1);
    assert.match(errors, /^The address for JobCompletedEvent is no HTTP address\.\n$/);
  });

  it('explains itself', async () => {
    const { code, output } = await outcome(run('--help'));
    assert.equal(code, 0);
    const options = [
      '--port',
      '--host',
      '--mood',
      '--time-scale',
      '--limit',
      '--webhook',
      '--webhook-header',
    ];
    for (const option of [...options, '--log-rows', '--job-retention', '/simulator/outcomes']) {
      assert.ok(output.includes(option), option);
    }
  });

  for (const wrong of [
    ['--mood', 'sad'],
    ['--port', 'x'],
    ['--time-scale', '0'],
    ['--limit', '-1'],
    ['--webhook', 'JobCompletedEvent'],
    ['--webhook-header', 'secret'],
    ['--log-rows', 'none'],
    ['--job-retention', '-1'],
    ['--nonsense'],
  ]) {
    it(`refuses ${wrong.join(' ')}`, async () => {
      const { code, errors } = await outcome(run(...wrong));
      assert.equal(code, 1);
      assert.match(errors, /--/);
    });
  }
});
