/**
 * The way out of a node: what it has to tell is told by the node that is there when it can be heard, also when a
 * deploy has put another one in its place, and else by the log.
 */
import type { Node, NodeAPI } from 'node-red';
import { asError } from '../errors.ts';
import { deployUnderWay } from './deploy.ts';
import { tellAtExit } from './unfinished.ts';

/** Something that must reach somebody. */
export interface Telling {
  /** Says it through the node itself, while that is open. */
  readonly here: () => void;
  /** Says it through the node that has taken its place. */
  readonly there: (successor: Node) => void;
  /** In words, for the log; absent where nobody misses it. */
  readonly text?: () => string;
}

/** Most characters of a text that the log repeats when nobody is left to receive it. */
const mostLogged = 1000;

/** The node itself, and after a deploy the one in its place. */
export class Outlet {
  readonly #RED: NodeAPI;
  readonly #node: Node;
  #isClosed = false;

  constructor(RED: NodeAPI, node: Node) {
    this.#RED = RED;
    this.#node = node;
  }

  /** The node has been closed; it is heard no more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Tells at once where that is possible; else the promise resolves when somebody has been told. */
  tell(telling: Telling): Promise<void> | undefined {
    if (!this.#isClosed && deployUnderWay(this.#RED) === undefined) {
      this.#attempt(telling, telling.here);
      return undefined;
    }
    return this.#tellLater(telling);
  }

  /** Tells the log what no node could be told. */
  readonly log = (text: string): void => {
    const { type, id } = this.#node;
    this.#RED.log.error(`[${type}:${id}] ${text.slice(0, mostLogged)}`);
  };

  async #tellLater(telling: Telling): Promise<void> {
    const forget = tellAtExit(() => this.#tellLog(telling));
    for (let end = deployUnderWay(this.#RED); end !== undefined; end = deployUnderWay(this.#RED)) await end;
    forget();
    const successor = this.#successor();
    if (!this.#isClosed) this.#attempt(telling, telling.here);
    else if (successor !== undefined) this.#attempt(telling, () => telling.there(successor));
    else this.#tellLog(telling);
  }

  /** Node-RED copies what goes over several wires, and something inside the message may not let it. */
  #attempt(telling: Telling, way: () => void): void {
    try {
      way();
    } catch (thrown) {
      this.log(asError(thrown).message);
      this.#tellLog(telling);
    }
  }

  #tellLog({ text }: Telling): void {
    if (text !== undefined) this.log(text());
  }

  /** A person may give the id to a node of another type; its wires mean something else. */
  #successor(): Node | undefined {
    const { id, type } = this.#node;
    const found = this.#RED.nodes.getNode(id) as Node | null | undefined;
    return found?.type === type ? found : undefined;
  }
}
