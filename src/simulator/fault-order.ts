/**
 * Reads an order for a fault from JSON, strictly: a misspelt parameter would strike otherwise than was meant.
 */
import {
  bodyForms,
  type Fault,
  type FaultKind,
  type FaultParameters,
  type FaultTarget,
  jobIdForms,
  redirectStatuses,
  refusalStatuses,
  resetStages,
  stallStages,
} from './faults.ts';

/** An order that cannot be understood; the message says why. */
export class FaultOrderRefused extends Error {}

interface Rule {
  readonly what: string;
  readonly holds: (value: unknown) => boolean;
}

function oneOf(choices: readonly unknown[]): Rule {
  return { what: `one of ${choices.join(', ')}`, holds: (value) => choices.includes(value) };
}

const yesOrNo = oneOf([true, false]);
const text: Rule = { what: 'a text', holds: (value) => typeof value === 'string' };
const wholeNumber: Rule = {
  what: 'a whole number above 0',
  holds: (value) => Number.isSafeInteger(value) && Number(value) > 0,
};
const share: Rule = {
  what: 'a number above 0 and at most 1',
  holds: (value) => typeof value === 'number' && value > 0 && value <= 1,
};
const duration: Rule = {
  what: 'a number of milliseconds, at most an hour',
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 3_600_000,
};
const seconds = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const retryAfter: Rule = {
  what: 'seconds, { "date": seconds }, or a text of characters that a header can hold',
  holds: (value) =>
    seconds(value) ||
    (typeof value === 'string' && /^[\x20-\x7e]*$/.test(value)) ||
    (typeof value === 'object' &&
      value !== null &&
      Object.keys(value).join() === 'date' &&
      'date' in value &&
      seconds(value.date)),
};
const headerText: Rule = {
  what: 'an address',
  holds: (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
};

const targetRules: { readonly [Name in keyof Required<FaultTarget>]: Rule } = {
  count: wholeNumber,
  share,
  path: text,
};

const parameterRules: {
  readonly [Kind in FaultKind]: { readonly [Name in keyof Required<FaultParameters[Kind]>]: Rule };
} = {
  status: { status: oneOf(refusalStatuses), body: oneOf(bodyForms), retryAfter, carriedOut: yesOrNo },
  unauthorized: {},
  tooManyRequests: {},
  serverError: {},
  unavailable: {},
  redirect: { status: oneOf(redirectStatuses), location: headerText },
  html: { carriedOut: yesOrNo },
  garbage: { carriedOut: yesOrNo },
  reset: { at: oneOf(resetStages) },
  stall: { at: oneOf(stallStages) },
  lostAnswer: {},
  truncated: {},
  malformed: {},
  slow: { duration },
  jobId: { form: oneOf(jobIdForms) },
  failedJob: {},
  expiredToken: {},
  noAccessToken: {},
  invalidClient: {},
};

/** Every {@link FaultKind}. */
export const faultKinds = Object.keys(parameterRules) as readonly FaultKind[];

/**
 * The order that a text holds: a JSON object with `kind`, the parameters of that kind, `count`, `share` and `path`.
 *
 * @throws {FaultOrderRefused} when it is no such order.
 */
export function readFaultOrder(json: string): Fault {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new FaultOrderRefused('The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FaultOrderRefused('The body is no JSON object.');
  }
  const { kind, ...parameters } = value as Readonly<Record<string, unknown>>;
  const known = faultKinds.find((candidate) => candidate === kind);
  if (known === undefined) throw new FaultOrderRefused(`kind is one of ${faultKinds.join(', ')}.`);
  const rules = new Map<string, Rule>(Object.entries({ ...targetRules, ...parameterRules[known] }));
  for (const [name, given] of Object.entries(parameters)) {
    const rule = rules.get(name);
    if (rule === undefined) {
      throw new FaultOrderRefused(`${known} takes ${[...rules.keys()].join(', ')}, but not ${name}.`);
    }
    if (!rule.holds(given)) throw new FaultOrderRefused(`${name} is ${rule.what}.`);
  }
  // Each parameter has been checked against the rules of this kind.
  return value as Fault;
}
