/**
 * One life of a process that accumulates, from its start to its kill, as it is seen from outside.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { AccumulatingTask, Line, Order } from '../processes/accumulating-lines.ts';

const script = fileURLToPath(new URL('../processes/accumulating.ts', import.meta.url));

/** What a kill can hit. */
export const phases = [
  'start',
  'commit',
  'seal',
  'send',
  'accepted, answer not read',
  'in job',
  'release',
  'telling',
] as const;

/** One of {@link phases}. */
export type Phase = (typeof phases)[number];

/** Operations of the store that belong to a phase as long as they last. */
export const operationsOf: Readonly<Partial<Record<Phase, readonly string[]>>> = {
  commit: ['collections.append'],
  seal: ['batches.begin', 'batches.distribute', 'batches.partition', 'batches.fill', 'batches.sealed'],
  send: ['requests.begin', 'requests.again'],
  'in job': ['requests.accepted'],
  release: ['batches.endRequest', 'batches.end'],
  telling: ['batches.claimOutcome', 'batches.finishOutcome'],
};

interface RunningCall {
  readonly operation: string;
  readonly about: string | undefined;
}

/** A running process. */
export class Life {
  readonly number: number;
  /** `performance.now()`. */
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #calls = new Map<number, RunningCall>();
  readonly #sealing = new Set<string>();
  readonly #attempts = new Set<string>();
  readonly #telling = new Set<string>();
  readonly #accepted = new Set<string>();
  #pid: number | undefined;
  #errors = '';
  #isReady = false;

  /**
   * @param listener hears every line, and the operation that it is about
   * @param before a program and its arguments that run the process, such as one that injects faults
   */
  constructor(
    number: number,
    task: AccumulatingTask,
    listener: (line: Line, operation?: string) => void,
    before: readonly string[] = [],
  ) {
    this.number = number;
    const [program = process.execPath, ...rest] = [...before, process.execPath, script, JSON.stringify(task)];
    this.#child = spawn(program, rest, {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
      // A life is short, and would be spent on compiling.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'norce-compile-cache') },
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    createInterface({ input: this.#child.stdio[3] as Readable }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      listener(line, this.#note(line));
    });
    // What cannot be told to a process that has just been killed is lost, as it should be.
    this.#child.on('error', () => undefined);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it wrote to its standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** Jobs that it knows to have been made by its requests. */
  get acceptedJobs(): ReadonlySet<string> {
    return this.#accepted;
  }

  order(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  /** Stops it where it stands, without an end. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  /** Kills it; resolves when all that it has said has been read. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#closed;
  }

  /** Resolves when it has ended, and all that it has said has been read. */
  async closed(): Promise<void> {
    await this.#closed;
  }

  /** What is under way at this moment, by what it has said. */
  get underWay(): ReadonlySet<Phase> {
    const found = new Set<Phase>();
    if (!this.#isReady) found.add('start');
    const running = new Set([...this.#calls.values()].map(({ operation }) => operation));
    for (const phase of ['commit', 'seal', 'send', 'release'] as const) {
      if (operationsOf[phase]?.some((operation) => running.has(operation))) found.add(phase);
    }
    if (this.#sealing.size > 0) found.add('seal');
    if (this.#attempts.size > 0) found.add('send');
    if (this.#telling.size > 0) found.add('telling');
    return found;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.isOver) return;
    const { pid } = this.#child;
    // With a program in between, it is the process that is to be hit, and the program ends after it.
    const target = this.#pid ?? pid;
    if (target === undefined) return;
    try {
      process.kill(target, signal);
    } catch {
      // It has just ended by itself.
    }
  }

  /** @returns the operation that a line is about */
  #note(line: Line): string | undefined {
    if (line.kind === 'ready') {
      this.#isReady = true;
      this.#pid = line.pid;
    } else if (line.kind === 'begins') {
      this.#calls.set(line.call, { operation: line.operation, about: line.about });
      this.#begins(line.operation, line.about ?? '');
      return line.operation;
    } else if (line.kind === 'ends') {
      const call = this.#calls.get(line.call);
      this.#calls.delete(line.call);
      if (call !== undefined) this.#ends(call, line.about ?? '');
      return call?.operation;
    }
    return undefined;
  }

  #begins(operation: string, about: string): void {
    if (operation === 'batches.distribute' || operation === 'batches.partition') this.#sealing.add(about);
    if (operation === 'requests.accepted') {
      const [entry = '', jobId = ''] = about.split(' ');
      this.#attempts.delete(entry);
      this.#accepted.add(jobId);
    }
    if (operation === 'requests.failed') this.#attempts.delete(about);
    if (operation === 'batches.claimOutcome') this.#telling.add(about);
  }

  #ends({ operation, about = '' }: RunningCall, result: string): void {
    if (operation === 'requests.begin') this.#attempts.add(result);
    if (operation === 'batches.sealed') this.#sealing.delete(about);
    if (operation === 'batches.finishOutcome') this.#telling.delete(about);
  }
}
