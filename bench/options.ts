/**
 * The command line: how large and how often, and where the results go.
 */
import { parseArgs } from 'node:util';

/** How much is measured. */
export interface Sizes {
  /** Rounds of each figure; what is published needs at least 5. */
  readonly rounds: number;
  /** Stock items, and a tenth as many products, in one round of prepare. */
  readonly prepared: number;
  /** Requests through the throttle in one round. */
  readonly requests: number;
  /** Items in the one message. */
  readonly items: number;
  /** Pairs of Node-RED starts: they differ more from one to the next than anything else here. */
  readonly starts: number;
  /** Messages of one item that are collected in one go. */
  readonly collected: number;
  /** Messages that come alone. */
  readonly lone: number;
  /** Records that are collected, merged, released and sent, and items of a full feed. */
  readonly records: number;
  /** Rounds of those: a million of them takes a while. */
  readonly passages: number;
}

/** What the command line asked for. */
export interface BenchOptions {
  readonly sizes: Sizes;
  /** Whether sizes and rounds are those of published figures. */
  readonly isFull: boolean;
  /** File for the results as JSON. */
  readonly json?: string;
}

const fullRounds = 5;

/** Requests below this would fit into two windows of the throttle, and show nothing. */
const fewestRequests = 120;

/** Text for `--help` and for a wrong option. */
export const usage = `npm run bench -- [options]

  --json <file>      results as JSON
  --scale <number>   share of the full sizes, above 0 and at most 1 (default 1)
  --rounds <number>  rounds of each figure (default ${fullRounds})

A run of full size also writes docs/figures.md.
`;

/** The sizes at a share of the full ones. */
export function scaledSizes(scale: number, rounds: number): Sizes {
  const scaled = (full: number, least: number) => Math.max(least, Math.round(full * scale));
  return {
    rounds,
    prepared: scaled(100_000, 100),
    requests: scaled(600, fewestRequests),
    items: scaled(100_000, 100),
    starts: scaled(15, 1),
    collected: scaled(100_000, 100),
    lone: scaled(1000, 20),
    records: scaled(1_000_000, 100),
    passages: Math.min(rounds, 3),
  };
}

/**
 * Reads the arguments after the script's name; undefined when help is asked for.
 *
 * @throws Error that says which option is wrong.
 */
export function readOptions(argv: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'string' },
      scale: { type: 'string', default: '1' },
      rounds: { type: 'string', default: String(fullRounds) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1)) throw new Error('--scale is a number above 0 and at most 1.');
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a whole number of 1 or more.');
  return {
    sizes: scaledSizes(scale, rounds),
    isFull: scale === 1 && rounds >= fullRounds,
    ...(values.json === undefined ? {} : { json: values.json }),
  };
}
