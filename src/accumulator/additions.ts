/**
 * Messages whose items are on their way to the disk. They are told in the order in which they were begun, however
 * long it takes to write what each has brought: what a message asks for beside that is asked in the same order.
 */
import { asError } from '../errors.ts';
import type { Waiting } from './appender.ts';
import type { Added, WhenAdded } from './types.ts';

/** How the promise is settled that whoever gave the message has. */
export interface Settling {
  readonly resolve: (added: Added) => void;
  readonly reject: (error: unknown) => void;
}

/** What additions need of the accumulator. */
export interface AdditionsOptions {
  /** Keeps rejected items. Whatever becomes of that, what was right is on disk. */
  readonly keep: (rejected: Added['rejected']) => Promise<void>;
  /** One addition has ended, and will be told next. */
  readonly ended: () => void;
}

/** One message. A hundred thousand may wait at the same time: it holds no item that can be sent. */
class Addition implements Waiting {
  readonly added: Added;
  readonly whenAdded: WhenAdded | undefined;
  readonly settling: Settling;
  readonly #written: (addition: Addition) => void;
  error: Error | undefined;
  hasEnded = false;
  /** The one that was begun after it. */
  next: Addition | undefined;

  constructor(
    added: Added,
    whenAdded: WhenAdded | undefined,
    settling: Settling,
    written: (addition: Addition) => void,
  ) {
    this.added = added;
    this.whenAdded = whenAdded;
    this.settling = settling;
    this.#written = written;
  }

  written(error: Error | undefined): void {
    this.error = error;
    this.#written(this);
  }
}

/** Those of one accumulator that have been begun and not been told. */
export class Additions {
  readonly #options: AdditionsOptions;
  #first: Addition | undefined;
  #last: Addition | undefined;
  #isTelling = false;

  constructor(options: AdditionsOptions) {
    this.#options = options;
  }

  /** Begins the next one; it ends when what is given back has been told that it is written. */
  begin(added: Added, whenAdded: WhenAdded | undefined, settling: Settling): Waiting {
    const addition = new Addition(added, whenAdded, settling, this.#written);
    if (this.#last === undefined) this.#first = addition;
    else this.#last.next = addition;
    this.#last = addition;
    return addition;
  }

  readonly #written = (addition: Addition): void => {
    const { error, added } = addition;
    if (error !== undefined || added.rejected.length === 0) {
      this.#end(addition);
      return;
    }
    // All later messages wait for this one.
    const end = () => this.#end(addition);
    void this.#options.keep(added.rejected).then(end, end);
  };

  #end(addition: Addition): void {
    addition.hasEnded = true;
    // What is told may add something itself: that has its turn after those that were there before.
    if (this.#isTelling) return;
    this.#isTelling = true;
    while (this.#first?.hasEnded) this.#tell(this.#takeFirst(this.#first));
    this.#isTelling = false;
  }

  #takeFirst(first: Addition): Addition {
    this.#first = first.next;
    if (first.next === undefined) this.#last = undefined;
    // Old garbage would keep all later ones in memory.
    first.next = undefined;
    return first;
  }

  #tell({ error, added, whenAdded, settling: { resolve, reject } }: Addition): void {
    this.#options.ended();
    if (error !== undefined) {
      reject(error);
      return;
    }
    try {
      const asked = whenAdded?.(added);
      if (asked === undefined) resolve(added);
      else asked.then(() => resolve(added), reject);
    } catch (thrown) {
      reject(asError(thrown));
    }
  }
}
