/**
 * Knows when Node-RED is changing its flows: until they have started again, wires lead nowhere and Catch nodes hear
 * nothing. That holds also for a node that the deploy leaves alone, because its neighbours may be closed.
 */
import type { NodeAPI } from 'node-red';

/** Longest time in ms that a deploy takes; Node-RED gives nodes 15 s to close. */
const longestDeploy = 20_000;

/** One Node-RED's changes of its flows. */
class DeployWatch {
  /** The flows that run, as the object by which Node-RED's events name them. */
  #running: unknown;
  #isStopping = false;
  #ended: Promise<void> | undefined;
  #end: () => void = () => undefined;

  constructor({ events }: NodeAPI) {
    events.on('flows:stopping', (event: { readonly config?: unknown }) => {
      // A deploy names the flows that are to come; those that run are named only when nothing follows them.
      this.#isStopping = event.config === this.#running;
      if (!this.#isStopping) this.#begin();
    });
    events.on('flows:starting', () => this.#begin());
    events.on('flows:started', (event: { readonly config?: unknown }) => {
      this.#running = event.config;
      this.#end();
    });
    // Whoever asks for a watch is a node, and nodes are made only while flows start.
    this.#begin();
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  get ended(): Promise<void> | undefined {
    return this.#ended;
  }

  #begin(): void {
    this.#end();
    this.#isStopping = false;
    this.#ended = new Promise((resolve) => {
      // Flows that lack a node type never start.
      const timer = setTimeout(() => this.#end(), longestDeploy);
      timer.unref();
      this.#end = () => {
        clearTimeout(timer);
        this.#ended = undefined;
        this.#end = () => undefined;
        resolve();
      };
    });
  }
}

/** One watch for all nodes, or each deploy of a flow would add listeners. */
const watches = new WeakMap<object, DeployWatch>();

function watchOf(RED: NodeAPI): DeployWatch {
  const watch = watches.get(RED.events) ?? new DeployWatch(RED);
  watches.set(RED.events, watch);
  return watch;
}

/** Begins to watch, unless that has been done. Call it where a node is made. */
export function watchDeploys(RED: NodeAPI): void {
  watchOf(RED);
}

/** Resolves when the deploy that is under way has ended; undefined when there is none. */
export function deployUnderWay(RED: NodeAPI): Promise<void> | undefined {
  return watchOf(RED).ended;
}

/** Whether the flows end without others to follow them: Node-RED stops, or a person has stopped them. */
export function isStopping(RED: NodeAPI): boolean {
  return watchOf(RED).isStopping;
}

/** Whether what a node sends now reaches anybody; a promise where that has to wait for the end of a deploy. */
export function availability(RED: NodeAPI): 'open' | 'closed' | Promise<void> {
  return deployUnderWay(RED) ?? (isStopping(RED) ? 'closed' : 'open');
}
