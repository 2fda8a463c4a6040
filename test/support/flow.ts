/**
 * Runs our nodes in node-red-node-test-helper on a local Connect.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';
import { ConnectionRegistry, processRegistry, processRegistryKey } from '../../src/connection/index.ts';
import type { ImportName } from '../../src/contract/index.ts';
import { servicesOf } from '../../src/runtime/services.ts';
import { allNodes } from './all-nodes.ts';
import { credentials, type LocalConnect } from './local-connect.ts';

let userDir = mkdtempSync(join(tmpdir(), 'norce-flow-'));

/** The file that the flow's store lies in. */
export function storeFile(): string {
  return join(userDir, 'norce-connect', 'store.sqlite');
}

function settings(): object {
  return { logging: { console: { level: 'off' } }, userDir };
}

/** Sets what the next start of flows finds in `RED.settings`, beside what every test needs. */
export function setSettings(more: object): void {
  helper.settings({ ...settings(), ...more });
}

helper.init(createRequire(import.meta.url).resolve('node-red'), settings());

/** A config node, as the editor would export it. */
export function connectionNode(connect: LocalConnect, more: object = {}): object {
  return {
    id: 'connection',
    type: 'norce-connect-config',
    addressMode: 'own',
    connectUrl: connect.connectUrl,
    tokenUrl: connect.tokenUrl,
    environment: 'playground',
    accountId: '10000',
    ...more,
  };
}

/** An import node with a helper node on each port and a Catch node. */
export function importFlow(name: ImportName, connect: LocalConnect, more: object = {}): object[] {
  return [
    { id: 'tab', type: 'tab', label: 'test' },
    connectionNode(connect),
    {
      id: 'import',
      z: 'tab',
      type: `norce-${name}`,
      connection: 'connection',
      accountId: '',
      wires: [['accepted'], ['rejected']],
      ...more,
    },
    { id: 'accepted', z: 'tab', type: 'helper', wires: [] },
    { id: 'rejected', z: 'tab', type: 'helper', wires: [] },
    { id: 'catch', z: 'tab', x: 1, y: 1, type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
    { id: 'caught', z: 'tab', type: 'helper', wires: [] },
    { id: 'complete', z: 'tab', x: 1, y: 2, type: 'complete', scope: ['import'], wires: [['completed']] },
    { id: 'completed', z: 'tab', type: 'helper', wires: [] },
  ];
}

/** What a message under `msg.norce` may hold on its way out. */
export interface OutgoingNorce {
  readonly import: string;
  readonly jobId?: string;
  readonly dryRun?: boolean;
  readonly stage?: number;
  readonly items: number;
  readonly header?: Record<string, unknown>;
  readonly code?: string;
  readonly message?: string;
  readonly outcome?: string;
  readonly attempts?: number;
  readonly perhapsReceivedBefore?: boolean;
  readonly rejected?: {
    readonly index: number;
    readonly key?: string;
    readonly errors: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  }[];
  readonly warnings?: readonly { readonly code: string }[];
  readonly batch?: { readonly id: string; readonly items: number };
}

/** A message as helper nodes receive it. */
export interface Received extends NodeMessage {
  readonly payload: unknown[];
  readonly norce: OutgoingNorce;
  readonly error?: { readonly message: string; readonly code?: string };
}

/** Everything that helper nodes have received, by their id. */
export class Collector {
  readonly messages = new Map<string, Received[]>();
  #changed: () => void = () => undefined;

  constructor(ids: readonly string[]) {
    for (const id of ids) {
      const list: Received[] = [];
      this.messages.set(id, list);
      helper.getNode(id).on('input', (message) => {
        list.push(message as Received);
        this.#changed();
      });
    }
  }

  of(id: string): Received[] {
    return this.messages.get(id) as Received[];
  }

  /** Resolves when a condition holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#changed = resolve));
  }

  /** Resolves when a message has been completed or has ended in an error. */
  async ended(count = 1): Promise<void> {
    await this.until(() => this.of('completed').length + this.of('caught').length >= count);
  }
}

/** Loads a flow; gives back what the usual helper nodes receive. */
export async function load(
  flow: readonly object[],
  flowCredentials: object = { connection: credentials },
): Promise<Collector> {
  await helper.load(allNodes, flow, flowCredentials);
  return new Collector(['accepted', 'rejected', 'caught', 'completed']);
}

/** The node under test. */
export function importNode(): Node {
  return helper.getNode('import');
}

/** Lets the process's connections measure a shorter minute, in milliseconds. */
export function scaleMinute(minute: number): void {
  (globalThis as unknown as Record<symbol, ConnectionRegistry>)[processRegistryKey] = new ConnectionRegistry({
    minute,
  });
}

/** Ends a test: no flow, no connection, nothing remembered. */
export async function unload(): Promise<void> {
  await helper.unload();
  await processRegistry().close();
  await servicesOf({ settings: { userDir } } as NodeAPI).store.close();
  await rm(userDir, { recursive: true, force: true });
  userDir = mkdtempSync(join(tmpdir(), 'norce-flow-'));
  helper.settings(settings());
}

// Not a hook of mocha: scripts that make figures use this file too.
process.once('exit', () => rmSync(userDir, { recursive: true, force: true }));

export { allNodes, credentials, helper, type LocalConnect };
