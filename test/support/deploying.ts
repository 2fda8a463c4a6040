/**
 * Many import nodes under deploys: sends messages and follows each to its one end, whichever node gives it.
 */
import runtime, { type Node, type NodeDef, type NodeInitializer, type NodeMessage } from 'node-red';
import type { Received } from './flow.ts';
import { allNodes, connectionNode, helper, type LocalConnect } from './flow.ts';

/** How a message ended. */
export type Outcome = { readonly jobId: string } | { readonly code: string };

/** Type of the nodes that receive what import nodes give. */
const receiverType = 'test-receiver';

type Receive = (id: string, message: Received) => void;

/** A message on a wire; the types of Node-RED's hooks do not know the node. */
interface Delivery {
  readonly msg: NodeMessage;
  readonly destination: { readonly node?: Node };
}

/** A node that is there to be told apart from others. */
const receiverNode: NodeInitializer = (RED) => {
  RED.nodes.registerType(receiverType, function (this: Node, definition: NodeDef) {
    RED.nodes.createNode(this, definition);
  });
};

/**
 * Tells of all that is sent to a receiver while it is there, from its first moment on: what a deploy has held back
 * comes as soon as the flows have started. What arrives after a deploy has closed the receiver Node-RED drops without
 * a word; so it counts when it is on the wire.
 */
function hearReceivers(receive: Receive): void {
  // Hooks outlive the flows of a test.
  runtime.hooks.remove(`*.${receiverType}`);
  runtime.hooks.add(`preDeliver.${receiverType}`, ({ msg, destination: { node } }: Delivery) => {
    if (node?.type !== receiverType || helper.getNode(node.id) !== node) return;
    receive(node.id, msg as Received);
  });
}

const stock = (id: number) => [{ PartNo: `P${id}`, WarehouseCode: 'W', LocationCode: 'L', OnhandValue: id }];

/** A flow of import-onhands nodes, spread over the connections given, all wired to one pair of helper nodes. */
export function manyNodes(
  count: number,
  connections: readonly (object & { readonly id: string })[],
): object[] {
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: `import-${index}`,
    z: 'tab',
    type: 'norce-import-onhands',
    connection: connections[index % connections.length]?.id,
    wires: [['accepted'], []],
  }));
  return [
    { id: 'tab', type: 'tab', label: 'test' },
    ...connections,
    ...nodes,
    { id: 'accepted', z: 'tab', type: receiverType, wires: [] },
    { id: 'catch', z: 'tab', x: 1, y: 1, type: 'catch', scope: null, uncaught: false, wires: [['caught']] },
    { id: 'caught', z: 'tab', type: receiverType, wires: [] },
  ];
}

/** A connection to a local Connect under an id of its own. */
export function connection(
  id: string,
  connect: LocalConnect,
  more: object = {},
): object & { readonly id: string } {
  return { ...connectionNode(connect, more), id };
}

/** A running flow whose messages are numbered. */
export class Deployment {
  readonly outcomes = new Map<number, Outcome[]>();
  readonly #waiting = new Set<() => void>();

  /** Starts a flow for the first time. */
  async start(flow: readonly object[], credentials: object): Promise<void> {
    hearReceivers((id, message) => this.#receive(id, message));
    await helper.load([...allNodes, receiverNode], flow, credentials);
  }

  /** Deploys a flow over the running one. */
  async deploy(
    flow: readonly object[],
    credentials: object,
    type: 'full' | 'nodes' | 'flows' = 'full',
  ): Promise<void> {
    await helper.setFlows(flow, type, credentials);
  }

  #receive(id: string, message: Received): void {
    const { number, norce, error } = message as Received & { readonly number: number };
    const outcome = id === 'accepted' ? { jobId: String(norce.jobId) } : { code: String(error?.code) };
    this.outcomes.set(number, [...(this.outcomes.get(number) ?? []), outcome]);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Hands a message to a node. */
  send(number: number, node: number): void {
    helper.getNode(`import-${node}`).receive({ payload: stock(number), number } as never);
  }

  /** Sends a message until Connect has taken it; a deploy may end it unsent several times. */
  async deliver(number: number, node: number): Promise<void> {
    for (let known = 0; ; ) {
      this.send(number, node);
      await this.until(() => (this.outcomes.get(number)?.length ?? 0) > known);
      const last = this.outcomes.get(number)?.at(-1) as Outcome;
      known = this.outcomes.get(number)?.length ?? 0;
      if ('jobId' in last) return;
      if (last.code !== 'NOT_SENT') throw new Error(`Message ${number} ended with ${last.code}.`);
    }
  }

  /** Resolves when a condition on the outcomes holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }
}
