/**
 * A message that a node has received: what comes of it is sent, and its end is told, by the node that can be heard.
 */
import type { Node, NodeMessageInFlow } from 'node-red';
import { ConnectError } from '../errors.ts';
import type { Outlet, Telling } from './outlet.ts';

/** Messages per port; null where a port stays silent. */
export type Ports = (Record<string, unknown> | null)[];

/** What a handler gets beside the message. */
export interface InputContext {
  /** Sends from the node, or from the one that a deploy has put in its place. */
  send(ports: Ports): void;
  /** Aborted when the node closes. */
  readonly signal: AbortSignal;
}

/** Node-RED's own ways to send what comes of a message, and to complete it. */
export type Send = (ports: Ports) => void;
export type Done = (error?: Error) => void;

/** One object for each message: there may be a hundred thousand that wait. */
export class ReceivedMessage implements InputContext {
  readonly message: NodeMessageInFlow;
  readonly signal: AbortSignal;
  readonly #send: Send;
  readonly #done: Done;
  readonly #outlet: Outlet;
  /** What could not be told at once. */
  #untold: Promise<void>[] | undefined;

  constructor(message: NodeMessageInFlow, send: Send, done: Done, outlet: Outlet, signal: AbortSignal) {
    this.message = message;
    this.signal = signal;
    this.#send = send;
    this.#done = done;
    this.#outlet = outlet;
  }

  send(ports: Ports): void {
    const telling = this.#outlet.tell({
      here: () => this.#send(ports),
      there: (successor: Node) => successor.send(ports),
      text: () => ports.map((port) => unreceived(this.message._msgid, port)).join(''),
    });
    if (telling === undefined) return;
    this.#untold ??= [];
    this.#untold.push(telling);
  }

  /** Completes the message, with the error if there is one, after all that was sent: at once where that is possible. */
  end(error: Error | undefined): Promise<void> | undefined {
    const end = this.#endOf(error);
    if (this.#untold === undefined) return this.#outlet.tell(end);
    return Promise.all(this.#untold).then(() => this.#outlet.tell(end));
  }

  #endOf(error: Error | undefined): Telling {
    if (error === undefined) return { here: this.#done, there: () => this.#done() };
    const { message } = this;
    return {
      here: () => this.#done(error),
      there: (successor) => successor.error(error, message),
      text: () => `Nobody received the error of message ${message._msgid}: ${error.message}${codeOf(error)}`,
    };
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
