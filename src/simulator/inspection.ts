/**
 * The simulator's own routes, which Connect does not have: its page, its state, faults and reset.
 */
import type { IncomingMessage } from 'node:http';
import type { Catalogue } from './catalogue/catalogue.ts';
import { FaultOrderRefused, readFaultOrder } from './fault-order.ts';
import type { FaultQueue } from './faults.ts';
import type { Answer } from './http.ts';
import { readBody, refuse } from './http.ts';
import type { Job } from './job.ts';
import { renderPage } from './page.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { Steered } from './steering.ts';
import { serveSteering } from './steering.ts';
import type { TokenRequest } from './tokens.ts';

/** What can be seen of a simulator, and done to it, from outside. */
export interface Inspected extends Steered {
  readonly catalogue: Catalogue;
  readonly jobs: readonly Job[];
  readonly requests: readonly RecordedRequest[];
  readonly tokenRequests: readonly TokenRequest[];
  readonly faults: FaultQueue;
  reset(): Promise<void>;
}

const bodyLimit = 100_000;

/**
 * Answers `GET /`, `GET /simulator/state`, `POST /simulator/reset`, `POST /simulator/faults`, and the routes of
 * {@link serveSteering}.
 */
export async function serveInspection(
  request: IncomingMessage,
  url: URL,
  simulator: Inspected,
): Promise<Answer> {
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      return { status: 200, html: renderPage(simulator) };
    case 'GET /simulator/state':
      return { status: 200, body: stateOf(simulator) };
    case 'POST /simulator/reset':
      await simulator.reset();
      return { status: 200, body: {} };
    case 'POST /simulator/faults':
      return addFault((await readBody(request, bodyLimit)).toString('utf8'), simulator);
    default:
      return (
        (await serveSteering(request, url, simulator, bodyLimit)) ?? refuse(404, 'There is no such address.')
      );
  }
}

function stateOf(simulator: Inspected): unknown {
  return {
    catalogue: simulator.catalogue.snapshot(),
    jobs: simulator.jobs.map((job) => ({
      ...job.toJSON(),
      import: job.importName,
      isForeign: job.isForeign,
    })),
    requests: simulator.requests,
    tokenRequests: simulator.tokenRequests,
    pendingFaults: simulator.faults.pending,
    outcomes: simulator.outcomes.list(),
    webhooks: simulator.webhooks.targets,
    events: simulator.webhooks.deliveries,
  };
}

function addFault(text: string, simulator: Inspected): Answer {
  try {
    simulator.faults.add(readFaultOrder(text));
  } catch (error) {
    if (error instanceof FaultOrderRefused) return refuse(400, error.message);
    throw error;
  }
  return { status: 200, body: { pending: simulator.faults.pending } };
}
