/**
 * The command that starts the simulator alone.
 */
import assert from 'node:assert/strict';
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { tokenForm } from './caller.ts';

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

  it('explains itself', async () => {
    const { code, output } = await outcome(run('--help'));
    assert.equal(code, 0);
    for (const option of ['--port', '--host', '--mood', '--time-scale', '--limit']) {
      assert.ok(output.includes(option), option);
    }
  });

  for (const wrong of [
    ['--mood', 'sad'],
    ['--port', 'x'],
    ['--time-scale', '0'],
    ['--limit', '-1'],
    ['--nonsense'],
  ]) {
    it(`refuses ${wrong.join(' ')}`, async () => {
      const { code, errors } = await outcome(run(...wrong));
      assert.equal(code, 1);
      assert.match(errors, /--/);
    });
  }
});
