/**
 * What a figure is: a measurement that stands beside a limit or a rival from the same run.
 */

/** A name, and what was measured under it: a value per round, or the one value that is known beforehand. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

/** One line of the result. */
export interface Figure {
  readonly name: string;
  /** Of all values, such as `ms`. */
  readonly unit: string;
  /** Whether a larger value is the better one. */
  readonly better: 'higher' | 'lower';
  readonly measured: Series;
  /** The limit or the rival. */
  readonly beside: Series;
  /** What the package sets itself, in words. */
  readonly aim?: string;
  /** How it was measured, in one sentence. */
  readonly method: string;
}

/**
 * The middle value, or the mean of the two in the middle.
 *
 * @throws RangeError when there is no value.
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('There is no median of no values.');
  return (lower + upper) / 2;
}

/**
 * How many times the cost of what stands beside it a figure has: 1 for the same, less for a better one.
 * Undefined where one of the two is 0.
 */
export function costRatio({ better, measured, beside }: Figure): number | undefined {
  const [own, other] = [median(measured.values), median(beside.values)];
  if (own === 0 || other === 0) return undefined;
  return better === 'lower' ? own / other : other / own;
}

/** Values under a name. */
export function series(name: string, values: readonly number[]): Series {
  return { name, values };
}
