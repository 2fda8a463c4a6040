/**
 * Keeps all requests of one customer under the limit that Connect sets (60 a minute), whoever in this process
 * sends them.
 */
import { type Backoff, backoffDelay } from './backoff.ts';
import type { Clock } from './clock.ts';
import { RollingLog } from './rolling-log.ts';
import { type Priority, type Ticket, WaitingLine } from './waiting-line.ts';

/**
 * The server's clock may run faster than ours: 1/1000 of the window is twice what a clock that is being adjusted
 * gains (ntpd slews by 500 parts per million at most).
 */
const SAFETY_MARGIN = 1 / 1000;

/** Called with the place in the line (1 is next) and the expected wait in milliseconds. */
export type PlaceListener = (place: number, expectedWait: number) => void;

/** What a throttle is doing. */
export interface ThrottleStatus {
  /** Requests per window that count now: the lowest of all users'. */
  readonly limit: number;
  /** Slots taken now. */
  readonly used: number;
  readonly waiting: Readonly<Record<Priority, number>>;
  /** Milliseconds until the line moves again after a 429; 0 when it is not stopped. */
  readonly stoppedFor: number;
}

/** The right to send one request; exactly one of its methods ends it, later calls do nothing. */
export interface Slot {
  /** Connect answered with anything but 429. */
  answered(): void;
  /** The attempt failed for certain, without an answer. */
  failed(): void;
  /** The attempt was given up without an answer: the request may yet arrive. */
  abandoned(): void;
  /** Connect answered 429, with its `Retry-After` in milliseconds where it had one: stops the line for everybody. */
  limited(retryAfter: number | undefined): void;
  /** Nothing was sent. */
  unused(): void;
}

interface Waiter {
  readonly grant: (slot: Slot) => void;
  readonly onPlace: PlaceListener | undefined;
}

interface Newcomer {
  readonly ticket: Ticket;
  readonly onPlace: PlaceListener | undefined;
}

/** What a throttle needs from outside. */
export interface ThrottleOptions {
  /** Length of the window in milliseconds. */
  readonly window: number;
  readonly clock: Clock;
  /** For a 429 without `Retry-After`. */
  readonly backoff: Backoff;
}

/**
 * A rolling log of slots and the line of those who wait for one.
 *
 * The law: a slot is taken before a request goes out and comes back one window (and a small margin) after its
 * answer has arrived or its failure is certain. The server counts a request before it answers, so however the
 * network delays things, in any rolling window it sees at most `limit` requests. Only of a request that was given up
 * nobody knows when the server counts it: its slot stays taken for a second window.
 */
export class Throttle {
  readonly #window: number;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #log: RollingLog;
  readonly #line = new WaitingLine<Waiter>();
  readonly #users = new Set<{ readonly limit: number }>();
  readonly #tickets = new Set<Ticket>();
  #limit = 1;
  #lastTicket = 0;
  #stops = 0;
  #stoppedUntil = Number.NEGATIVE_INFINITY;
  #limitedInARow = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #cancelWake: (() => void) | undefined;

  constructor({ window, clock, backoff }: ThrottleOptions) {
    this.#window = window;
    this.#clock = clock;
    this.#backoff = backoff;
    this.#log = new RollingLog(window * (1 + SAFETY_MARGIN));
  }

  /**
   * Counts a user in, and returns what counts it out again. The lowest limit of all users is everybody's; when
   * the last one leaves, the limit stays for what still waits.
   */
  join(limit: number): () => void {
    const user = { limit };
    this.#users.add(user);
    this.#applyLimits();
    return () => {
      this.#users.delete(user);
      this.#applyLimits();
    };
  }

  /** A place at the end of a priority's line, to be discarded when its call has ended. */
  ticket(priority: Priority): Ticket {
    this.#lastTicket += 1;
    const ticket = { priority, number: this.#lastTicket };
    this.#tickets.add(ticket);
    return ticket;
  }

  /** No slot will be taken with this ticket again. */
  discard(ticket: Ticket): void {
    this.#tickets.delete(ticket);
  }

  /**
   * Waits for a slot.
   *
   * @throws the signal's reason when it ends the wait
   */
  take(ticket: Ticket, signal: AbortSignal, onPlace?: PlaceListener): Promise<Slot> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        this.#line.remove(ticket);
        reject(signal.reason);
        this.#advance();
      };
      const grant = (slot: Slot) => {
        signal.removeEventListener('abort', onAbort);
        resolve(slot);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#line.add(ticket, { grant, onPlace });
      this.#advance({ ticket, onPlace });
    });
  }

  get status(): ThrottleStatus {
    const now = this.#clock.now();
    return {
      limit: this.#limit,
      used: this.#log.used(now),
      waiting: this.#line.counts(),
      stoppedFor: Math.max(0, this.#stoppedUntil - now),
    };
  }

  /**
   * Nobody uses it, no call is waiting or pausing, and the last window is over: forgetting it cannot exceed the
   * limit.
   */
  get isIdle(): boolean {
    const { used, stoppedFor } = this.status;
    return this.#users.size === 0 && this.#tickets.size === 0 && used === 0 && stoppedFor === 0;
  }

  #applyLimits(): void {
    if (this.#users.size > 0) this.#limit = Math.min(...[...this.#users].map((user) => user.limit));
    this.#advance();
  }

  #advance(newcomer?: Newcomer): void {
    const now = this.#clock.now();
    while (this.#line.length > 0 && now >= this.#stoppedUntil && this.#log.used(now) < this.#limit) {
      this.#log.take();
      this.#line.next()?.grant(this.#slot());
    }
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (this.#line.length === 0) return;
    // Without a known time the answer under way that brings it will advance the line.
    const wakeAt = Math.max(this.#stoppedUntil, this.#log.roomAt(now, 1, this.#limit));
    if (Number.isFinite(wakeAt)) {
      this.#cancelWake = this.#clock.after(wakeAt - now, () => this.#advance());
    }
    this.#tellPlaces(now, newcomer);
  }

  /** A newcomer hears at once; everybody in a long line at most 60 times per window, or telling would be the work. */
  #tellPlaces(now: number, newcomer: Newcomer | undefined): void {
    if (now - this.#toldAt >= this.#window / 60) {
      this.#toldAt = now;
      for (const [place, { onPlace }] of this.#line.places())
        onPlace?.(place, this.#expectedWait(now, place));
    } else if (newcomer !== undefined) {
      const place = this.#line.placeOf(newcomer.ticket);
      if (place !== undefined) newcomer.onPlace?.(place, this.#expectedWait(now, place));
    }
  }

  #expectedWait(now: number, place: number): number {
    return Math.max(this.#log.expectedRoomAt(now, place, this.#limit), this.#stoppedUntil) - now;
  }

  #slot(): Slot {
    const stopsBefore = this.#stops;
    let ended = false;
    const end = (record: (now: number) => void) => {
      if (ended) return;
      ended = true;
      record(this.#clock.now());
      this.#advance();
    };
    return {
      answered: () =>
        end((now) => {
          this.#log.end(now);
          if (stopsBefore === this.#stops) this.#limitedInARow = 0;
        }),
      failed: () => end((now) => this.#log.end(now)),
      abandoned: () => end((now) => this.#log.abandon(now)),
      limited: (retryAfter) =>
        end((now) => {
          this.#log.end(now);
          this.#stop(now, stopsBefore, retryAfter);
        }),
      unused: () => end(() => this.#log.undo()),
    };
  }

  #stop(now: number, stopsBefore: number, retryAfter: number | undefined): void {
    const sentBeforeLastStop = stopsBefore < this.#stops;
    // Requests that were under way together are refused together: they are one refusal, not many in a row.
    if (sentBeforeLastStop && !retryAfter) return;
    if (!sentBeforeLastStop) this.#limitedInARow += 1;
    this.#stops += 1;
    // A pause of nothing would let every slot run into the same refusal.
    const delay = retryAfter || backoffDelay(this.#limitedInARow, this.#backoff);
    this.#stoppedUntil = Math.max(this.#stoppedUntil, now + delay);
  }
}
