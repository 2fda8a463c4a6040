/**
 * Starts `store-process.ts` and listens to it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./store-process.ts', import.meta.url));

/** A process with a store. */
export class StoreProcess {
  static readonly #alive = new Set<ChildProcess>();
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  readonly #reader: Interface;
  readonly #ended: Promise<unknown>;
  errors = '';

  /** `before` is a command that runs the process, such as one that takes rights away. */
  constructor(task: string, file: string, before: readonly string[] = [], node = process.execPath) {
    const [command = node, ...rest] = [...before, node, script, task, file];
    this.child = spawn(command, rest, { stdio: 'pipe' });
    StoreProcess.#alive.add(this.child);
    this.child.once('close', () => StoreProcess.#alive.delete(this.child));
    this.child.stderr?.on('data', (text) => {
      this.errors += text;
    });
    if (!this.child.stdout) throw new Error('There is no output.');
    this.#reader = createInterface(this.child.stdout);
    this.#reader.on('line', (line) => this.lines.push(line));
    this.#ended = Promise.all([once(this.child, 'close'), once(this.#reader, 'close')]);
  }

  /** Ends what a failed test has left behind; else the tests would not end. */
  static killAll(): void {
    for (const child of StoreProcess.#alive) child.kill('SIGKILL');
  }

  /** The first thing it says. */
  async firstLine(): Promise<string> {
    if (this.lines.length === 0) await Promise.race([once(this.#reader, 'line'), this.#ended]);
    return this.lines[0] ?? `nothing, but: ${this.errors}`;
  }

  /** Everything it has said, when it has ended by itself or by `signal`. */
  async end(signal?: NodeJS.Signals): Promise<readonly string[]> {
    if (signal !== undefined) this.child.kill(signal);
    this.child.stdin?.end();
    await this.#ended;
    return this.lines;
  }
}
