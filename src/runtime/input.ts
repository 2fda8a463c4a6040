/**
 * The one wrapper around input handlers: an async handler that throws would end Node-RED, and a message
 * that is never completed would be waited for in vain.
 */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { asError } from '../errors.ts';

/** Messages per port; null where a port stays silent. */
export type Ports = (Record<string, unknown> | null)[];

/** What a handler gets beside the message. */
export interface InputContext {
  /** Sends from the node, or from the one with the same id that a deploy has put in its place. */
  send(ports: Ports): void;
  /** Aborted when the node closes. */
  readonly signal: AbortSignal;
}

/** Longest time in ms until a node that a deploy has closed is there again. */
const longestAbsence = 15_000;
const absenceCheck = 200;

/** Sends results that arrive after the node was closed from its successor, or names them in the log. */
async function sendFromSuccessor(RED: NodeAPI, node: Node, ports: Ports): Promise<void> {
  for (let waited = 0; waited < longestAbsence; waited += absenceCheck) {
    const successor = RED.nodes.getNode(node.id) as Node | null | undefined;
    if (successor && successor !== node) {
      successor.send(ports);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, absenceCheck).unref());
  }
  const results = ports.flatMap((message) => message?.norce ?? []);
  RED.log.warn(
    `[${node.type}:${node.id}] The node is gone; nobody received: ${JSON.stringify(results).slice(0, 1000)}`,
  );
}

/**
 * Handles each input message of a node; completes it exactly once, with the error when the handler throws.
 *
 * @param handler Resolves when the message is dealt with; what it rejects with goes to Catch nodes.
 */
export function handleInput(
  RED: NodeAPI,
  node: Node,
  handler: (message: NodeMessageInFlow, context: InputContext) => Promise<void>,
): void {
  const closing = new AbortController();
  node.on('input', (message, send, done) => {
    const context: InputContext = {
      signal: closing.signal,
      send(ports) {
        if (closing.signal.aborted) void sendFromSuccessor(RED, node, ports);
        else send(ports as Parameters<typeof send>[0]);
      },
    };
    Promise.resolve()
      .then(() => handler(message, context))
      .then(
        () => done(),
        (thrown: unknown) => done(asError(thrown)),
      );
  });
  node.on('close', (done: () => void) => {
    closing.abort();
    // Messages that were still waiting are completed before Node-RED takes their Catch nodes away.
    setImmediate(done);
  });
}
