/**
 * The one wrapper around input handlers: an async handler that throws would end Node-RED, and a message
 * that is never completed would be waited for in vain.
 */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { asError } from '../errors.ts';
import { noteDeploy, successorOf } from './successor.ts';
import { beginMessage } from './unfinished.ts';

/** Messages per port; null where a port stays silent. */
export type Ports = (Record<string, unknown> | null)[];

/** What a handler gets beside the message. */
export interface InputContext {
  /** Sends from the node, or from the one that a deploy has put in its place. */
  send(ports: Ports): void;
  /** Aborted when the node closes. */
  readonly signal: AbortSignal;
}

/** Most characters of a result that the log names when nobody is left to receive it. */
const mostLogged = 1000;

/** The node itself, and after a deploy the one in its place. */
class Outlet {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  #isClosed = false;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    noteDeploy(this.#RED);
  }

  /** Sends what has come too late for the closed node. */
  async sendLate(ports: Ports): Promise<void> {
    const successor = await successorOf(this.#RED, this.#node.id);
    if (successor !== undefined) {
      successor.send(ports);
      return;
    }
    for (const message of ports)
      if (message !== null) this.log(`Nobody received ${JSON.stringify(message.norce)}`);
  }

  /** Reports an error that has come too late; the Catch nodes of the closed node are gone as well. */
  async reportLate(error: Error, message: NodeMessageInFlow): Promise<void> {
    const successor = await successorOf(this.#RED, this.#node.id);
    if (successor === undefined) this.log(`Nobody received the error: ${error.message}`);
    else successor.error(error, message);
  }

  /** Tells the log what no node could be told. */
  log(text: string): void {
    const { type, id } = this.#node;
    this.#RED.log.error(`[${type}:${id}] ${text.slice(0, mostLogged)}`);
  }
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
  const outlet = new Outlet(RED, node);
  const log = (text: string): void => outlet.log(text);
  node.on('input', (message, send, done) => {
    const context: InputContext = {
      signal: closing.signal,
      send(ports) {
        if (outlet.isClosed) {
          outlet.sendLate(ports).catch((thrown: unknown) => outlet.log(asError(thrown).message));
          return;
        }
        // Node-RED copies what goes over several wires, and something inside the message may not let it.
        try {
          send(ports as Parameters<typeof send>[0]);
        } catch (thrown) {
          outlet.log(asError(thrown).message);
        }
      },
    };
    const run = async (): Promise<void> => {
      const error = await handler(message, context).then(() => undefined, asError);
      if (error === undefined) done();
      else if (outlet.isClosed) await outlet.reportLate(error, message);
      else done(error);
    };
    const end = beginMessage(log);
    run()
      .catch((thrown: unknown) => log(asError(thrown).message))
      .finally(end);
  });
  node.on('close', () => {
    outlet.close();
    closing.abort();
  });
}
