/**
 * Keeps all requests of one customer under the limit that Connect sets (60 a minute), whoever in this process
 * sends them.
 */

import type { SlotStore } from '../store/index.ts';
import { type Backoff, backoffDelay } from './backoff.ts';
import type { Clock } from './clock.ts';
import { RollingLog } from './rolling-log.ts';
import { type SlotNote, SlotNotes } from './slot-notes.ts';
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
  readonly refuse: (error: unknown) => void;
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
  /** Where slots are noted, and under which name; without it a restart forgets them. */
  readonly notes?: { readonly slots: SlotStore; readonly name: string };
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
  readonly #notes: SlotNotes | undefined;
  #limit = 1;
  #lastTicket = 0;
  #stops = 0;
  #stoppedUntil = Number.NEGATIVE_INFINITY;
  #limitedInARow = 0;
  #toldAt = Number.NEGATIVE_INFINITY;
  #cancelWake: (() => void) | undefined;
  #isRestoring = false;
  #isRestored = false;

  constructor({ window, clock, backoff, notes }: ThrottleOptions) {
    const counted = window * (1 + SAFETY_MARGIN);
    this.#window = window;
    this.#clock = clock;
    this.#backoff = backoff;
    this.#log = new RollingLog(counted);
    this.#notes = notes === undefined ? undefined : new SlotNotes(notes.slots, notes.name, counted, clock);
    if (this.#notes !== undefined) this.#restore(this.#notes);
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
   * @throws the signal's reason when it ends the wait; ConnectError `STORE_…` when the slot cannot be noted
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
        // It may have been given up while the slot was noted.
        if (signal.aborted) slot.unused();
        else resolve(slot);
      };
      const refuse = (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#line.add(ticket, { grant, refuse, onPlace });
      if (this.#notes !== undefined && !this.#isRestored && !this.#isRestoring) this.#restore(this.#notes);
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

  /** Counts what former processes have sent; until it is known nothing goes out. */
  #restore(notes: SlotNotes): void {
    this.#isRestoring = true;
    notes
      .load()
      .then(
        (left) => {
          for (const duration of left) this.#log.restore(this.#clock.now() + duration);
          this.#isRestored = true;
        },
        (error: unknown) => {
          for (let waiter = this.#line.next(); waiter !== undefined; waiter = this.#line.next()) {
            waiter.refuse(error);
          }
        },
      )
      .finally(() => {
        this.#isRestoring = false;
        this.#advance();
      });
  }

  #advance(newcomer?: Newcomer): void {
    if (this.#isRestoring) return;
    const now = this.#clock.now();
    while (this.#line.length > 0 && now >= this.#stoppedUntil && this.#log.used(now) < this.#limit) {
      this.#log.take();
      this.#grant(this.#line.next() as Waiter);
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

  #grant(waiter: Waiter): void {
    if (this.#notes === undefined) {
      waiter.grant(this.#slot());
      return;
    }
    this.#notes.take().then(
      (note) => waiter.grant(this.#slot(note)),
      (error: unknown) => {
        this.#log.undo();
        waiter.refuse(error);
        this.#advance();
      },
    );
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

  #slot(note?: SlotNote): Slot {
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
          note?.end();
          if (stopsBefore === this.#stops) this.#limitedInARow = 0;
        }),
      failed: () =>
        end((now) => {
          this.#log.end(now);
          note?.end();
        }),
      abandoned: () =>
        end((now) => {
          this.#log.abandon(now);
          note?.abandon();
        }),
      limited: (retryAfter) =>
        end((now) => {
          this.#log.end(now);
          note?.end();
          this.#stop(now, stopsBefore, retryAfter);
        }),
      unused: () =>
        end(() => {
          this.#log.undo();
          note?.forget();
        }),
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
