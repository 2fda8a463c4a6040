/**
 * The one wrapper around input handlers: an async handler that throws would end Node-RED, and a message
 * that is never completed would be waited for in vain.
 */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { asError } from '../errors.ts';
import { isStopping, watchDeploys } from './deploy.ts';
import { Outlet } from './outlet.ts';
import { type Done, type InputContext, ReceivedMessage, type Send } from './received-message.ts';
import { type MessageTaker, nameAtExit } from './unfinished.ts';

type Handler = (message: NodeMessageInFlow, context: InputContext) => Promise<void>;

/**
 * Time in ms for requests under way to end when Node-RED stops. Node-RED waits 15 s for a node to close; what
 * stops Node-RED often waits no longer than 10 s.
 */
const grace = 5000;

/** The messages of one node. */
class Input implements MessageTaker {
  readonly #RED: NodeAPI;
  readonly #outlet: Outlet;
  readonly #handler: Handler;
  readonly #closing = new AbortController();
  readonly #forget: () => void;
  /** Counted only: a list would leave the garbage collector an old one to look after for every few messages. */
  #underWay = 0;
  #whenEnded: () => void = () => undefined;

  constructor(RED: NodeAPI, node: Node, handler: Handler) {
    this.#RED = RED;
    this.#outlet = new Outlet(RED, node);
    this.#handler = handler;
    this.#forget = nameAtExit(this);
  }

  get underWay(): number {
    return this.#underWay;
  }

  log(text: string): void {
    this.#outlet.log(text);
  }

  take(message: NodeMessageInFlow, send: Send, done: Done): void {
    this.#underWay += 1;
    // A node that is being closed may have been forgotten.
    if (this.#closing.signal.aborted) nameAtExit(this);
    void this.#run(new ReceivedMessage(message, send, done, this.#outlet, this.#closing.signal));
  }

  /** Cancels what waits. A deploy waits for nothing; the end of Node-RED waits a while for requests under way. */
  async close(): Promise<void> {
    this.#outlet.close();
    this.#closing.abort();
    if (this.#underWay === 0) this.#forget();
    else if (isStopping(this.#RED)) await this.#end(grace);
  }

  /** Resolves when no message is under way any more, at the latest after so many milliseconds. */
  #end(limit: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limit);
      this.#whenEnded = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #ended(): void {
    this.#underWay -= 1;
    if (this.#underWay > 0) return;
    this.#whenEnded();
    if (this.#closing.signal.aborted) this.#forget();
  }

  /** One function that waits, and not several in each other: those of all messages that wait are in memory. */
  async #run(received: ReceivedMessage): Promise<void> {
    let error: Error | undefined;
    try {
      try {
        await this.#handler(received.message, received);
      } catch (thrown) {
        error = asError(thrown);
      }
      const telling = received.end(error);
      if (telling !== undefined) await telling;
    } catch (thrown) {
      this.log(asError(thrown).message);
    } finally {
      this.#ended();
    }
  }
}

/**
 * Handles each input message of a node; completes it exactly once, with the error when the handler throws.
 *
 * @param handler Resolves when the message is dealt with; what it rejects with goes to Catch nodes.
 */
export function handleInput(RED: NodeAPI, node: Node, handler: Handler): void {
  watchDeploys(RED);
  const input = new Input(RED, node, handler);
  node.on('input', (message, send, done) => input.take(message, send as Send, done));
  node.on('close', (done: () => void) => void input.close().then(done));
}
