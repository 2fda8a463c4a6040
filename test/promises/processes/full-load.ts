/**
 * Sends as many requests as the limit allows, until it is killed: one life of a process that is started again and
 * again.
 */
import { ConnectionRegistry } from '../../../src/connection/index.ts';
import { processStore } from '../../../src/store/index.ts';

/** What the process is to do. */
export interface FullLoadTask {
  readonly storeFile: string;
  readonly connectUrl: string;
  readonly tokenUrl: string;
  /** Milliseconds that stand for a minute. */
  readonly minute: number;
  readonly limit: number;
}

/** More than one request waits at any time, so that no slot stays free. */
const callers = 8;

const { storeFile, connectUrl, tokenUrl, minute, limit } = JSON.parse(process.argv[2] ?? '') as FullLoadTask;
const { slots } = processStore(storeFile);
const connection = new ConnectionRegistry({ minute }).acquire(
  {
    customer: 'acme',
    addresses: { connectUrl, tokenUrl },
    clientId: 'simulator',
    clientSecret: 'simulator-secret',
    scope: 'playground',
    requestsPerMinute: limit,
    timeout: minute * 10,
    deadline: minute * 10,
  },
  slots,
);

async function call(): Promise<never> {
  for (;;) {
    await connection.call({ method: 'GET', path: '/Job/Ping', priority: 'imports', repeatable: true });
  }
}

await Promise.all(Array.from({ length: callers }, call));
