/**
 * The connections over which the jobs of one Connect can be asked about. They take turns where one is refused.
 */
import type { Connection } from '../connection/index.ts';

/** Whoever has a connection. */
export interface User {
  readonly connection: Connection;
  /** How long a job may run until it is given up, in milliseconds. */
  readonly longestRun: number;
}

/** All users of one scope. */
export class Users {
  readonly #users = new Set<User>();

  get size(): number {
    return this.#users.size;
  }

  /** Whose turn it is; undefined where nobody is there. */
  get next(): User | undefined {
    const [user] = this.#users;
    return user;
  }

  /** The lowest limit of requests per window. */
  get limit(): number {
    return Math.min(...[...this.#users].map(({ connection }) => connection.status.limit));
  }

  /** The longest that any of them allows a job to run. Where nobody is there, whoever comes next says it. */
  get longestRun(): number {
    if (this.#users.size === 0) return Number.POSITIVE_INFINITY;
    return Math.max(...[...this.#users].map(({ longestRun }) => longestRun));
  }

  /** @returns what makes the user leave */
  join(user: User): () => void {
    this.#users.add(user);
    return () => this.#users.delete(user);
  }

  /** What one connection's credentials may not do, those of another may. */
  takeTurns(): void {
    const user = this.next;
    if (user === undefined) return;
    this.#users.delete(user);
    this.#users.add(user);
  }

  clear(): void {
    this.#users.clear();
  }
}
