/**
 * The line of text under a node, written no more often than people can read it.
 */
import type { Node, NodeStatus } from 'node-red';

/** Least time in ms between two changes; Node-RED sends each one to every open editor. */
const leastPause = 500;

/** A duration in the unit in which people would say it. */
export function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** One node's status. The newest text always gets through. */
export class Status {
  readonly #node: Node;
  #waiting: NodeStatus | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(node: Node) {
    this.#node = node;
  }

  /** Shows a status, at once or after the pause; a newer one takes the place of one that still waits. */
  show(status: NodeStatus): void {
    if (this.#isClosed) return;
    if (this.#timer !== undefined) {
      this.#waiting = status;
      return;
    }
    this.#node.status(status);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next !== undefined) this.show(next);
    }, leastPause);
    this.#timer.unref();
  }

  /** Forgets what waits. Nothing is shown after this. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#waiting = undefined;
  }
}
