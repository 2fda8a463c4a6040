/**
 * Node-RED as a process of its own, the way an integrator runs it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ConnectError } from '../../src/errors.ts';

/** How Node-RED is started. */
export interface EditorOptions {
  readonly folder: string;
  readonly port: number;
  /** Ends Node-RED. */
  readonly signal: AbortSignal;
  /** Variables beside those of this process. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Longest time in ms that Node-RED gets to end by itself. */
const patience = 5000;
/** Time in ms between two looks whether the flows are running. */
const lookEvery = 200;

/** A Node-RED that is starting or running. */
export class Editor {
  readonly url: string;
  /** Resolves when the flows are running, or when Node-RED was asked to end before. */
  readonly ready: Promise<void>;
  /** Resolves when Node-RED has ended as it was asked to; rejects with `EDITOR_ENDED` when it was not. */
  readonly ended: Promise<void>;

  constructor({ folder, port, signal, environment }: EditorOptions) {
    this.url = `http://127.0.0.1:${port}/`;
    const program = fileURLToPath(new URL('./red.js', import.meta.resolve('node-red/package.json')));
    // This process runs under the Node.js that the package needs, whatever the machine's own one is.
    const child = spawn(process.execPath, [program, '--userDir', folder, '--port', String(port)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (signal.aborted) endProcess(child);
    else signal.addEventListener('abort', () => endProcess(child), { once: true });
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => {
        if (signal.aborted) resolve();
        else reject(new ConnectError('EDITOR_ENDED', `Node-RED ended by itself (exit code ${code}).`));
      });
    });
    this.ready = Promise.race([this.ended, this.#running(signal)]);
  }

  async #running(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const answer = await fetch(`${this.url}flows`, { signal: AbortSignal.timeout(patience) }).catch(
        () => null,
      );
      if (answer?.ok && ((await answer.json()) as unknown[]).length > 0) return;
      await wait(lookEvery);
    }
  }
}

function endProcess(child: ChildProcess): void {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  child.once('exit', () => clearTimeout(timer));
}
