/**
 * The connections over which batches go. They come and go with the config nodes that made them; batches wait for
 * them.
 */
import type { Clock, Connection } from '../connection/index.ts';
import type { Scope } from '../store/index.ts';

/** By which a request goes. */
export interface Way {
  readonly connection: Connection;
  /** Cancels what has not been sent when the connection goes: it is sent over the next one. */
  readonly signal: AbortSignal;
}

interface Member extends Way {
  readonly connectionId: string;
}

/** In minutes: how long a config node that a deploy makes anew is waited for before another one has to do. */
const grace = 1;

/** All connections that batches may use. */
export class Ways {
  readonly #clock: Clock;
  /** Length of a minute in milliseconds. */
  readonly #minute: number;
  /** The newest last. */
  readonly #members: Member[] = [];
  /** When the last connection of a config node has gone. */
  readonly #goneSince = new Map<string, number>();
  readonly #startedAt: number;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, minute: number) {
    this.#clock = clock;
    this.#minute = minute;
    this.#startedAt = clock.now();
  }

  /**
   * A connection can be used, until the function that is returned is called.
   *
   * @param connectionId of the config node: its successor has the same
   */
  join(connection: Connection, connectionId: string): () => void {
    const leaving = new AbortController();
    const member = { connection, connectionId, signal: leaving.signal };
    this.#members.push(member);
    for (const wake of [...this.#waiting]) wake();
    this.#waiting.clear();
    return () => {
      const index = this.#members.indexOf(member);
      if (index < 0) return;
      this.#members.splice(index, 1);
      this.#goneSince.set(connectionId, this.#clock.now());
      leaving.abort();
    };
  }

  /**
   * Resolves with the connection of a config node as soon as there is one. Where it stays away, any connection to the
   * same Connect will do. As long as nothing comes or goes the same object is given.
   */
  async find(scope: Scope, connectionId: string): Promise<Way> {
    for (;;) {
      const others = this.#members.filter(({ connection }) => connection.scope === scope);
      const own = others.findLast((member) => member.connectionId === connectionId);
      if (own !== undefined) return own;
      const last = others.at(-1);
      const goneSince = this.#goneSince.get(connectionId) ?? this.#startedAt;
      const left = goneSince + grace * this.#minute - this.#clock.now();
      if (last === undefined) await new Promise<void>((resolve) => this.#waiting.add(resolve));
      else if (left > 0) await this.pause(left / this.#minute, true);
      else return last;
    }
  }

  /**
   * Waits.
   *
   * @param isWoken ends early when a connection comes
   */
  pause(minutes: number, isWoken: boolean): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = this.#clock.after(minutes * this.#minute, wake, true);
      if (isWoken) this.#waiting.add(wake);
    });
  }
}
