/**
 * Times many requests through one connection whose minute is shortened.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { builtModule, ownTask, tellParent } from '../child.ts';
import type { SimulatorAccess } from './simulator.ts';

/** What is to be measured. */
export interface ThrottleTask {
  readonly access: SimulatorAccess;
  readonly requests: number;
  readonly rounds: number;
  /** Requests per window. */
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
}

type ConnectionRoom = typeof import('../../src/connection/index.ts');

const { access, requests, rounds, limit, window } = ownTask<ThrottleTask>();
const { ConnectionRegistry } = (await import(builtModule('connection', 'index.js'))) as ConnectionRoom;
const registry = new ConnectionRegistry({ minute: window });
const connection = registry.acquire({
  customer: 'bench',
  addresses: { connectUrl: access.connectUrl, tokenUrl: access.tokenUrl },
  clientId: access.clientId,
  clientSecret: access.clientSecret,
  scope: 'playground',
  requestsPerMinute: limit,
  timeout: 10_000,
  deadline: 600_000,
});
const content = Buffer.from('[{"PartNo":"1","WarehouseCode":"1","LocationCode":"1","OnhandValue":1}]');

async function sendOne(): Promise<void> {
  await connection.call({
    method: 'POST',
    path: '/Product/ImportOnhands',
    headers: { 'x-stormconnect-header': '{"AccountId":10000,"SkuOnhandFieldsThatAreSet":[3]}' },
    contentType: 'application/json; charset=utf-8',
    body: { length: content.length, chunks: () => [content] },
    priority: 'imports',
    repeatable: false,
  });
}

// Token and libraries are there before the first round begins.
await sendOne();
const times: number[] = [];
for (let round = 0; round < rounds; round++) {
  // All slots are free again when the window after the last answer has passed.
  await wait(window * 1.1);
  const begin = performance.now();
  await Promise.all(Array.from({ length: requests }, sendOne));
  times.push(performance.now() - begin);
}
await registry.close();
await tellParent(times);
