/**
 * The routes by which somebody outside steers outcomes and events.
 */
import type { IncomingMessage } from 'node:http';
import { ConnectError } from '../errors.ts';
import type { Answer } from './http.ts';
import { BodyTooLarge, readBody, refuse } from './http.ts';
import type { OutcomeRules } from './outcomes.ts';
import type { PlainObject } from './rule-reader.ts';
import { isObject, RuleRefused, readItemRule, readJobRule, readTexts } from './rule-reader.ts';
import type { EventDelivery, Webhooks } from './webhooks.ts';

/** What is steered. */
export interface Steered {
  readonly outcomes: OutcomeRules;
  readonly webhooks: Webhooks;
  sendEvent(type: string, body: unknown): EventDelivery | undefined;
}

/**
 * Answers `/simulator/outcomes` (GET, POST, DELETE), `/simulator/webhooks` (GET, POST) and `/simulator/events`
 * (GET, POST); undefined for any other address.
 */
export async function serveSteering(
  request: IncomingMessage,
  url: URL,
  simulator: Steered,
  bodyLimit: number,
): Promise<Answer | undefined> {
  const { outcomes, webhooks } = simulator;
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /simulator/outcomes':
      return { status: 200, body: outcomes.list() };
    case 'DELETE /simulator/outcomes':
      outcomes.clear();
      return { status: 200, body: outcomes.list() };
    case 'POST /simulator/outcomes':
      return withObject(request, bodyLimit, (value) => addOutcomes(value, outcomes));
    case 'GET /simulator/webhooks':
      return { status: 200, body: webhooks.targets };
    case 'POST /simulator/webhooks':
      return withObject(request, bodyLimit, (value) => setWebhook(value, webhooks));
    case 'GET /simulator/events':
      return { status: 200, body: webhooks.deliveries };
    case 'POST /simulator/events':
      return withObject(request, bodyLimit, (value) => sendEvent(value, simulator));
    default:
      return undefined;
  }
}

async function withObject(
  request: IncomingMessage,
  bodyLimit: number,
  act: (value: PlainObject) => Answer,
): Promise<Answer> {
  try {
    const value: unknown = JSON.parse((await readBody(request, bodyLimit)).toString('utf8'));
    return isObject(value) ? act(value) : refuse(400, 'The body is no JSON object.');
  } catch (error) {
    if (error instanceof BodyTooLarge) return refuse(413, 'The body is too large.');
    if (error instanceof SyntaxError) return refuse(400, 'The body is not JSON.');
    if (error instanceof RuleRefused || error instanceof ConnectError) return refuse(400, error.message);
    throw error;
  }
}

/** A body with `item`, a rule for items, or `job`, one for jobs, or both. */
function addOutcomes({ item, job }: PlainObject, outcomes: OutcomeRules): Answer {
  if (item === undefined && job === undefined) return refuse(400, 'The body has an item or a job.');
  const itemRule = item === undefined ? null : readItemRule(item);
  const jobRule = job === undefined ? null : readJobRule(job);
  if (itemRule !== null) outcomes.addItem(itemRule);
  if (jobRule !== null) outcomes.addJob(jobRule);
  return { status: 200, body: outcomes.list() };
}

function setWebhook({ type, url, headers = {} }: PlainObject, webhooks: Webhooks): Answer {
  if (typeof type !== 'string' || type === '') return refuse(400, 'type is the name of a type of events.');
  if (url !== null && typeof url !== 'string') return refuse(400, 'url is an address, or null for off.');
  webhooks.setTarget(type, url === null ? null : { url, headers: readTexts('headers', headers) });
  return { status: 200, body: webhooks.targets };
}

function sendEvent({ type, body }: PlainObject, simulator: Steered): Answer {
  if (typeof type !== 'string' || !isObject(body)) return refuse(400, 'type is a text, body an object.');
  const delivery = simulator.sendEvent(type, body);
  if (delivery === undefined) return refuse(409, `The type ${type} is switched off.`);
  return { status: 200, body: delivery };
}
