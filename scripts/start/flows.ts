/**
 * The shipped examples as one set of flows, a tab each, with their connection on the simulator.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fromRoot } from '../build/paths.ts';
import type { FlowNode } from './flow-node.ts';
import { simulatorNodes } from './simulator-nodes.ts';

/** Flows in the two parts in which Node-RED stores them. */
export interface StoredFlows {
  readonly flows: readonly FlowNode[];
  /** Credentials by the id of their node. */
  readonly credentials: Readonly<Record<string, unknown>>;
}

/** Price list that the examples write to. */
export const demoPriceList = 'STANDARD';

/** Text that Node-RED replaces by an environment variable when it starts. */
function variable(name: string): string {
  return `\${${name}}`;
}

/** The connection of the examples, reaching the simulator wherever it listens at this start. */
const onSimulator = {
  name: 'Simulator',
  addressMode: 'own',
  connectUrl: variable('NORCE_CONNECT_URL'),
  tokenUrl: variable('NORCE_TOKEN_URL'),
};

interface Variable {
  readonly name: string;
}

/** Lets the tab that reads a file begin with the one that is shipped. */
function withSampleFile(node: FlowNode): FlowNode {
  const variables = (node.env ?? []) as readonly Variable[];
  const sample = fromRoot('examples', 'shop.csv');
  return {
    ...node,
    env: variables.map((variable) =>
      variable.name === 'CSV_FILE' ? { ...variable, value: sample } : variable,
    ),
  };
}

async function readExamples(): Promise<FlowNode[]> {
  const folder = fromRoot('examples');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const texts = await Promise.all(names.map((name) => readFile(fromRoot('examples', name), 'utf8')));
  return texts.flatMap((text) => JSON.parse(text) as FlowNode[]);
}

/** All examples, in the order of their names; nodes that several of them hold come once. */
export async function demoFlows(): Promise<StoredFlows> {
  const byId = new Map((await readExamples()).map((node) => [node.id, node]));
  const credentials: Record<string, unknown> = {};
  const flows = [...byId.values()].map((node) => {
    if (node.type === 'tab') return withSampleFile(node);
    if (node.credentials === undefined) return node;
    const { credentials: own, ...rest } = node;
    credentials[node.id] = own;
    return node.type === 'norce-connect-config' ? { ...rest, ...onSimulator } : rest;
  });
  return { flows: [...flows, ...simulatorNodes], credentials };
}
