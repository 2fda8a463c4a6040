/**
 * The one wrapper around input handlers: an async handler that throws would end Node-RED, and a message
 * that is never completed would be waited for in vain.
 */
import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { asError, ConnectError } from '../errors.ts';
import { isStopping, watchDeploys } from './deploy.ts';
import { Outlet } from './outlet.ts';
import { type MessageTaker, nameAtExit } from './unfinished.ts';

/** Messages per port; null where a port stays silent. */
export type Ports = (Record<string, unknown> | null)[];

/** What a handler gets beside the message. */
export interface InputContext {
  /** Sends from the node, or from the one that a deploy has put in its place. */
  send(ports: Ports): void;
  /** Aborted when the node closes. */
  readonly signal: AbortSignal;
}

type Handler = (message: NodeMessageInFlow, context: InputContext) => Promise<void>;
type Send = (ports: Ports) => void;
type Done = (error?: Error) => void;

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
  /** Counted, not listed: see the calls of `StoreClient`. */
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
    void this.#run(message, send, done)
      .catch((thrown: unknown) => this.log(asError(thrown).message))
      .finally(() => this.#ended());
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

  async #run(message: NodeMessageInFlow, send: Send, done: Done): Promise<void> {
    const { _msgid: id } = message;
    const told: (Promise<void> | undefined)[] = [];
    const context: InputContext = {
      signal: this.#closing.signal,
      send: (ports) => {
        const telling = {
          here: () => send(ports),
          there: (successor: Node) => successor.send(ports),
          text: () => ports.map((port) => unreceived(id, port)).join(''),
        };
        told.push(this.#outlet.tell(telling));
      },
    };
    let error: Error | undefined;
    try {
      await this.#handler(message, context);
    } catch (thrown) {
      error = asError(thrown);
    }
    if (told.length > 0) await Promise.all(told);
    await this.#outlet.tell(
      error === undefined
        ? { here: done, there: () => done() }
        : {
            here: () => done(error),
            there: (successor) => successor.error(error, message),
            text: () => `Nobody received the error of message ${id}: ${error.message}${codeOf(error)}`,
          },
    );
  }
}

function codeOf(error: Error): string {
  return error instanceof ConnectError ? ` (${error.code})` : '';
}

/** Names a message that was to leave by what is plain in its `msg.norce`: the job, or the code and the reason. */
function unreceived(id: string, message: Record<string, unknown> | null): string {
  if (message === null) return '';
  const plain = Object.entries(message.norce ?? {}).filter(([, value]) => typeof value !== 'object');
  return `Nobody received the result of message ${id}: ${JSON.stringify(Object.fromEntries(plain))}`;
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
