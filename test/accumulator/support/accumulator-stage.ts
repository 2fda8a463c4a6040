/**
 * Accumulators and whoever takes their batches, on a local Connect, without Node-RED.
 */
import {
  type Accumulator,
  type AccumulatorSettings,
  type AccumulatorState,
  Accumulators,
} from '../../../src/accumulator/index.ts';
import { systemClock } from '../../../src/connection/index.ts';
import type { ImportName } from '../../../src/contract/index.ts';
import type { PrepareOptions } from '../../../src/prepare/index.ts';
import { type BatchOffer, BatchSender, type BatchSummary } from '../../../src/sending/index.ts';
import { Stage, type StageOptions } from '../../jobs/support/stage.ts';

/** What an accumulator has told. */
export interface Told {
  readonly offers: BatchOffer[];
  readonly outcomes: { readonly outcome: BatchSummary; readonly isRepeated: boolean }[];
  readonly warnings: string[];
  readonly refusals: string[];
  state: AccumulatorState | undefined;
}

/** How an accumulator of the stage differs from the plain one. */
export interface Wishes extends Partial<Omit<AccumulatorSettings, 'collection' | 'options'>> {
  readonly name?: string;
  readonly import?: ImportName;
  readonly options?: Partial<PrepareOptions>;
  /** Whether its batches are taken as soon as they are offered; true unless given. */
  readonly isTaken?: boolean;
}

/** The stage. */
export class AccumulatorStage {
  readonly stage: Stage;
  #accumulators: Accumulators | undefined;
  #sender: BatchSender | undefined;
  #stopSending: () => void = () => undefined;
  readonly #attached = new Set<Accumulator>();

  private constructor(stage: Stage) {
    this.stage = stage;
    this.#begin();
  }

  static async start(options: StageOptions = {}): Promise<AccumulatorStage> {
    return new AccumulatorStage(await Stage.start(options));
  }

  #begin(): void {
    const { store, tracker, minute, connection } = this.stage;
    this.#sender = new BatchSender({
      ledger: { store, tracker, clock: systemClock },
      minute,
      random: Math.random,
    });
    this.#stopSending = this.#sender.join(connection, 'connection');
    this.#accumulators = new Accumulators({ store, clock: systemClock, minute, sender: this.#sender });
  }

  get accumulators(): Accumulators {
    return this.#accumulators as Accumulators;
  }

  get sender(): BatchSender {
    return this.#sender as BatchSender;
  }

  /** Sets an accumulator to work. */
  attach(wishes: Wishes = {}): { readonly accumulator: Accumulator; readonly told: Told } {
    const {
      name = 'changes',
      import: importName = 'import-onhands',
      options = {},
      isTaken = true,
      ...rest
    } = wishes;
    const told: Told = { offers: [], outcomes: [], warnings: [], refusals: [], state: undefined };
    const { scope } = this.stage.connection;
    const accumulator = this.accumulators.attach(
      {
        collection: { scope, import: importName, name },
        options: {
          import: importName,
          accountId: 10_000,
          fullFile: false,
          fields: 'carried',
          clear: {},
          switches: {},
          unknownProperties: 'reject',
          maximumItems: 1000,
          maximumBytes: 10_000_000,
          ...options,
        },
        rules: {},
        most: { items: 1_000_000, bytes: 1_000_000_000 },
        follows: [],
        ...rest,
      },
      {
        availability: () => 'open',
        batch: (offer) => {
          told.offers.push(offer);
          if (isTaken) void this.take(offer, told);
        },
        outcome: (outcome, isRepeated) => told.outcomes.push({ outcome, isRepeated }),
        changed: (state) => {
          told.state = state;
        },
        warning: (code, message) => told.warnings.push(`${code} ${message}`),
      },
    );
    this.#attached.add(accumulator);
    return { accumulator, told };
  }

  /** Takes a batch, as an import node does. */
  async take(offer: BatchOffer, told: Told): Promise<void> {
    try {
      await this.sender.take(
        offer.id,
        { scope: offer.connection, import: offer.import, nodeId: 'import', connectionId: 'connection' },
        {
          accepted: () => undefined,
          progress: () => undefined,
          ended: () => undefined,
          warning: (code, message) => told.warnings.push(`${code} ${message}`),
        },
      );
    } catch (thrown) {
      told.refusals.push((thrown as { code: string }).code);
    }
  }

  /** Ends our side and begins it anew, as another process does. */
  async restart(): Promise<void> {
    await this.#close();
    await this.stage.shut();
    this.stage.open();
    this.#begin();
  }

  async #close(): Promise<void> {
    for (const accumulator of this.#attached) accumulator.detach();
    this.#attached.clear();
    this.#stopSending();
  }

  async end(): Promise<void> {
    await this.#close();
    await this.stage.end();
  }
}

/** Waits for something to become true, and fails after 15 s. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`It never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
