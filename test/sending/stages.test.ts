/**
 * Requests that wait for jobs: sent when those have succeeded, and told of once where they are not.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, ConnectionRegistry } from '../../src/connection/index.ts';
import type { ImportName } from '../../src/contract/index.ts';
import type { PreparedRequest } from '../../src/prepare/index.ts';
import {
  type AcceptedRequest,
  type FailedItems,
  type JobEnd,
  sendRequests,
} from '../../src/sending/index.ts';
import { defaultClient, type Simulator } from '../../src/simulator/index.ts';
import { settingsFor } from '../connection/support/settings.ts';
import { prepared, stock } from '../prepare/prepared.ts';
import { startHostile } from '../promises/shopkeeper.ts';
import { type OwnLedger, ownLedger } from './own-ledger.ts';

const timeScale = 1000;
const sv = { CultureCode: 'sv-SE' };
const en = { CultureCode: 'en-GB' };

/** A product of two slices, and one of one. */
function cut(Code: string): Record<string, unknown> {
  return {
    Code,
    Cultures: [
      { ...sv, Name: 'n', Title: 't' },
      { ...en, Name: 'm' },
    ],
  };
}
const simple = { Code: 'simple', Alias: 'a' };

/** Two changes of one stock record that keep their order. */
const infos = ['v', 'w'].map((Value) => stock({ Infos: [{ Code: 'a', Value }] }));

interface Told {
  readonly accepted: AcceptedRequest[];
  readonly failed: FailedItems[];
}

describe('sending in stages', () => {
  let simulator: Simulator;
  let registry: ConnectionRegistry;
  let connection: Connection;
  let own: OwnLedger;

  before(async () => {
    simulator = await startHostile({}, timeScale);
    own = await ownLedger();
  });
  after(async () => {
    await simulator.close();
    await own.end();
  });
  beforeEach(async () => {
    await simulator.reset();
    registry = new ConnectionRegistry({ minute: 60_000 / timeScale });
    const addresses = { connectUrl: simulator.connectUrl, tokenUrl: simulator.tokenUrl };
    const { id: clientId, secret: clientSecret } = defaultClient;
    connection = registry.acquire(settingsFor(addresses, { clientId, clientSecret }));
  });
  afterEach(() => registry.close());

  /** Waits for the end of a job the way a person would who looks at it again and again. */
  async function jobEnded(jobId: string): Promise<JobEnd['result']> {
    const job = simulator.jobs.find(({ id }) => String(id) === jobId);
    while (job?.isFinished === false) await sleep(2);
    return job?.status === 2 ? 'succeeded' : 'failed';
  }

  async function send(
    name: ImportName,
    requests: readonly PreparedRequest[],
    hook: (jobId: string, signal: AbortSignal) => Promise<JobEnd['result'] | JobEnd> = jobEnded,
    signal = new AbortController().signal,
  ): Promise<Told> {
    const told: Told = { accepted: [], failed: [] };
    await sendRequests(
      requests,
      {
        connection,
        import: name,
        repeatable: true,
        signal,
        nodeId: 'node',
        ledger: own.ledger,
        async jobEnded(jobId, stop) {
          const end = await hook(jobId, stop);
          return typeof end === 'string' ? { result: end } : end;
        },
      },
      {
        accepted: (accepted) => told.accepted.push(accepted),
        failed: (failed) => told.failed.push(failed),
        progress: () => undefined,
      },
    );
    return told;
  }

  async function requestsOf(name: ImportName, items: readonly unknown[], fullFile = false) {
    const { requests, rejected, refusal } = await prepared(name, items, { fullFile });
    assert.deepEqual([rejected, refusal], [[], undefined]);
    return requests;
  }

  const stagesOf = ({ accepted }: Told) => accepted.map(({ request }) => request.stage);
  const failuresOf = ({ failed }: Told) =>
    failed.map(({ error, outcome, stage, items }) => [
      error.code,
      outcome,
      stage,
      items.map(({ whole }) => whole),
    ]);

  it('sends a stage only when the jobs of the one before it have ended', async () => {
    const requests = await requestsOf('import-onhands', [...infos, stock({ OnhandValue: 1 }, 'other')]);
    const changes = () => simulator.jobs.filter(({ payload }) => payload?.body.includes('Infos')).length;
    let asked = 0;
    const told = await send('import-onhands', requests, async (jobId) => {
      asked++;
      const end = await jobEnded(jobId);
      await sleep(20);
      assert.equal(changes(), 1, 'the second came before the end of the first');
      return end;
    });
    assert.equal(asked, 1);
    assert.equal(changes(), 2);
    assert.deepEqual(stagesOf(told).sort(), [0, 0, 1]);
    assert.deepEqual(told.failed, []);
  });

  it('asks for no job for which nothing waits', async () => {
    const asked: string[] = [];
    const requests = await requestsOf('import-onhands', [...infos, stock({ OnhandValue: 1 }, 'other')]);
    const told = await send('import-onhands', requests, async (jobId) => {
      asked.push(jobId);
      return 'succeeded';
    });
    const followed = told.accepted.find(
      ({ request }) => request.stage === 0 && request.items[0]?.indexes[0] === 0,
    );
    assert.deepEqual(asked, [followed?.jobId]);
  });

  for (const end of ['failed', 'unknown'] as const) {
    it(`gives back whole what follows a job of which the end is: ${end}; the others go on`, async () => {
      const requests = await requestsOf('import-products', [cut('A'), simple, cut('B')]);
      // Each of the two in a request of its own, so that one job may fail and the other not.
      const apart = requests.flatMap((request) =>
        request.items.map((item) => ({ ...request, items: [item], bytes: item.bytes + 2 })),
      );
      let failing: string | undefined;
      const told = await send('import-products', apart, async (jobId) => {
        failing ??= jobId;
        return jobId === failing ? end : 'succeeded';
      });
      const first = told.accepted.find(({ jobId }) => jobId === failing)?.request.items[0];
      assert.deepEqual(stagesOf(told).sort(), [0, 0, 0, 1]);
      assert.deepEqual(failuresOf(told), [['FORMER_JOB_FAILED', 'not sent', 1, [first?.whole]]]);
      assert.deepEqual(told.failed[0]?.error.details, { jobId: failing });
    });
  }

  it('sends what is left of a request of which some items are kept back', async () => {
    const requests = await requestsOf('import-products', [cut('A'), cut('B')]);
    const [both, rest] = requests as [PreparedRequest, PreparedRequest];
    const firsts = both.items.map((item) => ({ ...both, items: [item], bytes: item.bytes + 2 }));
    let failing: string | undefined;
    const told = await send('import-products', [...firsts, rest], async (jobId) => {
      failing ??= jobId;
      return jobId === failing ? 'failed' : 'succeeded';
    });
    const sent = told.accepted.find(({ request }) => request.stage === 1)?.request;
    assert.equal(sent?.items.length, 1);
    const body = simulator.jobs.filter(({ payload }) => payload !== null).at(-1)?.payload?.body;
    assert.equal(body?.length, sent?.bytes);
    assert.deepEqual(
      JSON.parse(String(body)),
      sent?.items.map(({ record }) => record),
    );
  });

  it('tells once of an item of which the first slice was not accepted, and keeps back what follows it', async () => {
    simulator.faults.add({ kind: 'html' });
    const change = { Code: 'A', Categories: [{ Code: 'x', SortOrder: 1 }] };
    const first = { ...cut('A'), Categories: [{ Code: 'y', SortOrder: 1 }] };
    const told = await send(
      'import-products',
      await requestsOf('import-products', [first, change]),
      jobEnded,
    );
    assert.deepEqual(told.accepted, []);
    assert.deepEqual(failuresOf(told), [
      ['OUTCOME_UNKNOWN', 'unknown', 0, [first]],
      ['STAGE_NOT_SENT', 'not sent', 2, [change]],
    ]);
  });

  it('keeps back a later change where an earlier one may run again after it; the slices of an item go on', async () => {
    simulator.faults.add({ kind: 'lostAnswer' });
    const first = { ...cut('A'), Categories: [{ Code: 'y', SortOrder: 1 }] };
    const change = { Code: 'A', Categories: [{ Code: 'x', SortOrder: 1 }] };
    const requests = await requestsOf('import-products', [first, change]);
    const told = await send('import-products', requests, async () => 'succeeded');
    assert.deepEqual(
      told.accepted.map(({ request, perhapsReceivedBefore }) => [request.stage, perhapsReceivedBefore]),
      [
        [0, true],
        [1, false],
      ],
    );
    assert.deepEqual(failuresOf(told), [['FORMER_JOB_FAILED', 'not sent', 2, [change]]]);
    assert.deepEqual(told.failed[0]?.error.details, { jobId: told.accepted[0]?.jobId });
  });

  it('tells of the whole item when a later slice is not accepted', async () => {
    const requests = await requestsOf('import-products', [cut('A'), simple]);
    const told = await send('import-products', requests, async () => {
      simulator.faults.add({ kind: 'html' });
      return 'succeeded';
    });
    assert.deepEqual(stagesOf(told), [0, 0]);
    assert.deepEqual(failuresOf(told), [['OUTCOME_UNKNOWN', 'unknown', 1, [cut('A')]]]);
  });

  it('holds back everything after an error of the connection, each item once', async () => {
    const requests = await requestsOf('import-products', [cut('A'), simple, cut('B')]);
    const told = await send('import-products', requests, async () => {
      simulator.changeSecret(defaultClient.id, 'another');
      simulator.revokeTokens();
      return 'succeeded';
    });
    simulator.changeSecret(defaultClient.id, defaultClient.secret);
    assert.deepEqual(failuresOf(told), [['TOKEN_REJECTED', 'not sent', 1, [cut('A'), cut('B')]]]);
  });

  it('keeps back what follows an item that a succeeded job did not import, and nothing else', async () => {
    const requests = await requestsOf('import-products', [cut('A'), cut('B')]);
    const key = requests[0]?.items[0]?.key as string;
    const told = await send('import-products', requests, async () => ({
      result: 'succeeded',
      failedKeys: new Set([key]),
    }));
    assert.deepEqual(failuresOf(told), [['FORMER_JOB_FAILED', 'not sent', 1, [cut('A')]]]);
    const later = told.accepted.find(({ request }) => request.stage === 1)?.request;
    assert.deepEqual(
      later?.items.map(({ whole }) => whole),
      [cut('B')],
    );
  });

  it('stops waiting for a job when everything stops', async () => {
    const stop = new AbortController();
    const requests = await requestsOf('import-products', [cut('A')]);
    const told = await send(
      'import-products',
      requests,
      (_jobId, signal) => {
        setTimeout(() => stop.abort(), 5);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      },
      stop.signal,
    );
    assert.deepEqual(failuresOf(told), [['NOT_SENT', 'not sent', 1, [cut('A')]]]);
  });
});
