/**
 * The handle on a Node-RED under load.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endProcess, messageFrom } from '../../../bench/child.ts';
import { type FlowNodes, linked } from '../../support/node-red.ts';
import type { LoadTask, Questions } from './report.ts';

/** The three ways in which Node-RED's editor deploys. */
export const deployTypes = ['full', 'nodes', 'flows'] as const;
export type DeployType = (typeof deployTypes)[number];

type Answers = { readonly [Name in keyof Questions]: Awaited<ReturnType<Questions[Name]>> };

/** A running Node-RED in a process of its own. */
export class LoadedNodeRed {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #folder: string;
  /** Answers come in the order of the questions. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess, url: string, folder: string) {
    this.#child = child;
    this.#url = url;
    this.#folder = folder;
  }

  /** Starts it without flows. */
  static async start(task: Omit<LoadTask, 'folder'>): Promise<LoadedNodeRed> {
    const folder = await mkdtemp(join(tmpdir(), 'norce-deploys-'));
    await linked(folder);
    const script = fileURLToPath(new URL('./process.ts', import.meta.url));
    const child = fork(script, [JSON.stringify({ ...task, folder })]);
    try {
      const { url } = await messageFrom<{ readonly url: string }>(child);
      return new LoadedNodeRed(child, url, folder);
    } catch (thrown) {
      await rm(folder, { recursive: true, force: true });
      throw thrown;
    }
  }

  /** Asks the process; rejects when it has ended. */
  ask<Name extends keyof Questions>(
    name: Name,
    ...given: Parameters<Questions[Name]>
  ): Promise<Answers[Name]> {
    const asked = this.#last.then(async () => {
      const received = messageFrom<{ readonly answer: Answers[Name] }>(this.#child);
      this.#child.send({ name, given });
      return (await received).answer;
    });
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  /** Deploys over the admin API; resolves when the flows have started again. */
  async deploy(flows: FlowNodes, type: DeployType): Promise<void> {
    const before = await this.ask('starts');
    const answer = await fetch(`${this.#url}/flows`, {
      method: 'POST',
      // A connection of its own: one that is kept would be among what the process holds.
      headers: { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': type, Connection: 'close' },
      body: JSON.stringify(flows),
    });
    if (!answer.ok) throw new Error(`Node-RED refused the flows: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
    while ((await this.ask('starts')) === before) await wait(5);
  }

  /** Ends the process and removes its folder. */
  async stop(): Promise<void> {
    await endProcess(this.#child);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
