/**
 * Runs a measurement in a process of its own, so that neither memory nor compiled code of another is in it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fromRoot } from '../scripts/build/paths.ts';

/** A script in the folder of processes. */
export type ProcessName =
  | 'collect'
  | 'connect'
  | 'lone'
  | 'million'
  | 'node-red'
  | 'prepare'
  | 'simulator'
  | 'store'
  | 'stream'
  | 'throttle';

/** Address of a module of the built package: what is measured is what is published. */
export function builtModule(...parts: readonly string[]): string {
  return pathToFileURL(fromRoot('dist', 'src', ...parts)).href;
}

/** Starts a script with a task that JSON can hold. */
export function startProcess(name: ProcessName, task: unknown): ChildProcess {
  const script = fileURLToPath(new URL(`./processes/${name}.ts`, import.meta.url));
  // A user's own options for Node.js would change what is measured.
  const { NODE_OPTIONS: _, ...environment } = process.env;
  return fork(script, [JSON.stringify(task)], {
    execArgv: ['--expose-gc'],
    env: environment,
  });
}

/** The task that this process was started with. */
export function ownTask<Task>(): Task {
  return JSON.parse(process.argv[2] ?? 'null') as Task;
}

/** Sends a message to the process that started this one, which ends this one when it has what it needs. */
export async function tellParent(message: unknown): Promise<void> {
  process.channel?.ref();
  await new Promise<void>((resolve, reject) => {
    if (process.send === undefined) throw new Error('This script is started by the benchmark only.');
    process.send(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

/** The next message of a process; rejects when the process ends before. */
export async function messageFrom<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  try {
    const message = once(child, 'message', { signal: ended.signal });
    const exit = once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
      throw new Error(`A measuring process ended without a result (${code ?? signal}).`);
    });
    const [received] = (await Promise.race([message, exit])) as [Message];
    return received;
  } finally {
    ended.abort();
  }
}

/** Ends a process and waits until it has ended. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** The result of a script that sends one; see {@link startProcess}. */
export async function resultOf<Result>(name: ProcessName, task: unknown): Promise<Result> {
  const child = startProcess(name, task);
  try {
    return await messageFrom<Result>(child);
  } finally {
    await endProcess(child);
  }
}
