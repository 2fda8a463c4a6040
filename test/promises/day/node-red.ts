/**
 * The handle on the Node-RED of the day.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FlowNodes } from '../../support/node-red.ts';
import type { DayTask, Line, Order } from './lines.ts';

/** One life. */
export class DayNodeRed {
  readonly #child: ChildProcess;
  #url = '';
  #starts = 0;
  #wake: () => void = () => undefined;

  /** Starts it; `listener` hears all that it says. */
  constructor(task: DayTask, listener: (line: Line) => void) {
    this.#child = fork(fileURLToPath(new URL('./process.ts', import.meta.url)), [JSON.stringify(task)]);
    this.#child.on('message', (line: Line) => {
      if (line.kind === 'ready') this.#url = line.url;
      if (line.kind === 'started') this.#starts += 1;
      listener(line);
      this.#wake();
    });
    this.#child.on('exit', () => this.#wake());
    // What cannot be told to a process that has just been killed is lost, as it should be.
    this.#child.on('error', () => undefined);
  }

  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when its flows run. @throws Error when it ends before */
  ready(): Promise<void> {
    return this.#until(() => this.#url !== '');
  }

  order(order: Order): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  /** A full deploy over the admin API; resolves when the flows have started again. */
  async deploy(flows: FlowNodes): Promise<void> {
    const before = this.#starts;
    const answer = await fetch(`${this.#url}/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': 'full' },
      body: JSON.stringify(flows),
    });
    if (!answer.ok) throw new Error(`Node-RED refused the flows: ${answer.status} ${await answer.text()}`);
    await this.#until(() => this.#starts > before);
  }

  /** Kills it; resolves when all that it has said has been read. */
  async kill(): Promise<void> {
    if (this.isOver) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.isOver) throw new Error('Node-RED has ended.');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
