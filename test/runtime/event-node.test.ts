/**
 * Norce's webhooks: on disk before the answer, out as messages, and nothing for those who do not know the secret.
 */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { longestBody } from '../../src/runtime/webhooks.ts';
import { Simulator } from '../../src/simulator/index.ts';
import { NodeRed } from '../support/node-red.ts';
import { recorder, seenIn } from '../support/recorder.ts';

const secret = 'a secret that only Norce knows';
const jobEvent = (JobId: unknown, StatusId: unknown = 2) => ({
  ClientId: 1017,
  ApplicationId: 1042,
  JobId,
  StatusId,
});

interface SeenEvent {
  readonly topic: string;
  readonly payload: object;
  readonly norce: { readonly event: string; readonly jobId?: string; readonly seenBefore?: boolean };
}

interface SeenOutcome {
  readonly norce: { readonly jobId: string; readonly outcome: string };
}

describe('event node', () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let flows: Parameters<NodeRed['deploy']>[0];

  before(async () => {
    simulator = await Simulator.start({ mood: 'kind' });
    nodeRed = await NodeRed.start();
    const { connectUrl, tokenUrl } = simulator;
    const place = { z: 'tab', x: 1, y: 1 };
    const event = { ...place, type: 'norce-event', connection: 'connection', credentials: { secret } };
    flows = [
      { id: 'tab', type: 'tab' },
      {
        id: 'connection',
        type: 'norce-connect-config',
        addressMode: 'own',
        accountId: '10000',
        connectUrl,
        tokenUrl,
        credentials: { clientId: 'simulator', clientSecret: 'simulator-secret' },
      },
      { ...event, id: 'jobs', event: 'JobCompletedEvent', path: '/norce/jobs', wires: [['events']] },
      {
        ...event,
        id: 'prices',
        event: 'SkuPriceChangedNotification',
        path: 'norce/prices/',
        header: 'Authorization',
        wires: [['events']],
      },
      {
        ...place,
        id: 'http',
        type: 'http in',
        url: '/import',
        method: 'post',
        wires: [['import', 'answer']],
      },
      { ...place, id: 'answer', type: 'http response', statusCode: '200', wires: [] },
      {
        ...place,
        id: 'import',
        type: 'norce-import-onhands',
        connection: 'connection',
        wires: [['wait'], []],
      },
      {
        ...place,
        id: 'wait',
        type: 'norce-job-status',
        connection: 'connection',
        wires: [['ends'], ['ends'], []],
      },
      ...recorder('events', 'tab'),
      ...recorder('ends', 'tab'),
    ];
    await nodeRed.deploy(flows);
  });
  after(async () => {
    await nodeRed?.stop();
    await simulator?.close();
  });

  const events = () => seenIn<SeenEvent>(nodeRed, 'events');

  async function post(
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = { 'x-norce-secret': secret },
  ) {
    const answer = await fetch(`${nodeRed.url}/norce/jobs`, { method: 'POST', headers, body });
    return answer.status;
  }

  async function until<T>(look: () => Promise<readonly T[]>, count: number): Promise<readonly T[]> {
    for (;;) {
      const seen = await look();
      if (seen.length >= count) return seen;
      await wait(50);
    }
  }

  it('takes nothing without the secret, nor with a wrong one, and says nothing of it', async () => {
    const body = JSON.stringify(jobEvent(1));
    const before = (await events()).length;
    for (const headers of [{}, { 'x-norce-secret': '' }, { 'x-norce-secret': `${secret}x` }, { secret }]) {
      assert.equal(await post(body, headers as Record<string, string>), 401);
    }
    assert.equal((await events()).length, before);
    assert.ok(!nodeRed.output.includes(secret));
  });

  it('answers what cannot be an event, and goes on', async () => {
    const before = (await events()).length;
    for (const body of [
      '',
      'no JSON',
      '[]',
      'null',
      '"text"',
      '{"JobId":',
      Buffer.from([0x7b, 0xff, 0x7d]),
    ]) {
      assert.equal(await post(body), 400, String(body));
    }
    for (const body of [{}, jobEvent('x'), jobEvent(-1), jobEvent(1.5), jobEvent(1, 'done')]) {
      assert.equal(await post(JSON.stringify(body)), 400, JSON.stringify(body));
    }
    assert.equal(await post(JSON.stringify({ ...jobEvent(1), text: 'x'.repeat(longestBody) })), 413);
    const huge = await post(Buffer.alloc(10_000_000, 0x20)).catch(() => 413);
    assert.equal(huge, 413);
    // Without a length that could be looked at; by this type Node-RED's own parser reads it first.
    const chunks = new Blob([JSON.stringify({ ...jobEvent(1), text: 'x'.repeat(longestBody) })]).stream();
    const headers = { 'x-norce-secret': secret, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: chunks, duplex: 'half' };
    assert.equal((await fetch(`${nodeRed.url}/norce/jobs`, init as RequestInit)).status, 413);
    assert.equal((await fetch(`${nodeRed.url}/norce/jobs`)).status, 405);
    assert.equal((await fetch(`${nodeRed.url}/norce/other`, { method: 'POST' })).status, 404);
    assert.equal((await events()).length, before);
  });

  it('gives out every event as a message, a repeated one marked as such, and those of jobs that nobody knows', async () => {
    const before = (await events()).length;
    for (let time = 0; time < 2; time++) assert.equal(await post(JSON.stringify(jobEvent(99_999_999))), 200);
    const seen = (await until(events, before + 2)).slice(before);
    assert.deepEqual(
      seen.map(({ topic, payload, norce }) => [topic, payload, norce.event, norce.jobId, norce.seenBefore]),
      [undefined, true].map((seenBefore) => [
        'JobCompletedEvent',
        jobEvent(99_999_999),
        'JobCompletedEvent',
        '99999999',
        seenBefore,
      ]),
    );
  });

  it('takes any other type at its own path, under its own header', async () => {
    const before = (await events()).length;
    const body = JSON.stringify({ ClientId: 1017, PartNo: 'P1', PriceListId: 3 });
    const address = `${nodeRed.url}/norce/prices`;
    const headers = { authorization: secret, 'content-type': 'application/json' };
    assert.equal((await fetch(address, { method: 'POST', headers, body })).status, 200);
    const [seen] = (await until(events, before + 1)).slice(before);
    assert.equal(seen?.topic, 'SkuPriceChangedNotification');
    assert.equal(seen?.norce.jobId, undefined);
  });

  async function importOne(PartNo: string): Promise<void> {
    const item = { PartNo, WarehouseCode: 'W', LocationCode: 'L', OnhandValue: 1 };
    const headers = { 'content-type': 'application/json' };
    await fetch(`${nodeRed.url}/import`, { method: 'POST', headers, body: JSON.stringify([item]) });
  }

  const polls = () => simulator.requests.filter(({ path }) => /\/Job\/(?:Get|List)/.test(path));

  it('ends the wait of a job, which is then asked about once', async () => {
    const known = (await seenIn<SeenOutcome>(nodeRed, 'ends')).length;
    const before = polls().length;
    const jobs = simulator.jobs.length;
    await importOne('announced');
    while (simulator.jobs.length === jobs) await wait(20);
    await simulator.settled();
    const jobId = simulator.jobs.at(-1)?.id;
    assert.equal(await post(JSON.stringify(jobEvent(jobId))), 200);
    const ends = await until(() => seenIn<SeenOutcome>(nodeRed, 'ends'), known + 1);
    assert.deepEqual([ends.at(-1)?.norce.jobId, ends.at(-1)?.norce.outcome], [String(jobId), 'succeeded']);
    assert.equal(polls().length - before, 1);
  });

  it('counts an event that comes before the import’s own answer is read', async () => {
    const known = (await seenIn<SeenOutcome>(nodeRed, 'ends')).length;
    const before = polls().length;
    const next = (simulator.jobs.at(-1)?.id ?? 0) + 1;
    assert.equal(await post(JSON.stringify(jobEvent(next))), 200);
    await importOne('early');
    const ends = await until(() => seenIn<SeenOutcome>(nodeRed, 'ends'), known + 1);
    assert.equal(ends.at(-1)?.norce.jobId, String(next));
    assert.ok(polls().length - before <= 2);
  });

  it('asks for a repeat of what comes while a deploy is under way, and for none when the node is gone', async () => {
    const statuses = new Set<number>();
    const knock = async () => statuses.add(await post(JSON.stringify(jobEvent(88_888_888))));
    // How long a deploy takes is not ours to say: it is done until something came in the middle of one.
    for (let deploys = 0; deploys < 30 && !statuses.has(503); deploys++) {
      let isDeployed = false;
      const deployed = nodeRed.deploy(flows).then(() => {
        isDeployed = true;
      });
      while (!isDeployed) await Promise.all([knock(), knock(), knock()]);
      await deployed;
      await knock();
    }
    assert.deepEqual([...statuses].sort(), [200, 503]);
    await nodeRed.deploy(flows.filter(({ id }) => id !== 'jobs'));
    assert.equal(await post(JSON.stringify(jobEvent(88_888_888))), 404);
    await nodeRed.deploy(flows);
  });

  it('believes no event: a job that still runs goes on', async () => {
    const known = (await seenIn<SeenOutcome>(nodeRed, 'ends')).length;
    simulator.outcomes.addJob({ endsAfter: 2000, count: 1 });
    const jobs = simulator.jobs.length;
    await importOne('running');
    while (simulator.jobs.length === jobs) await wait(20);
    const job = simulator.jobs.at(-1);
    assert.equal(await post(JSON.stringify(jobEvent(job?.id, 3))), 200);
    await wait(300);
    assert.equal((await seenIn<SeenOutcome>(nodeRed, 'ends')).length, known);
    await simulator.settled();
    assert.equal(await post(JSON.stringify(jobEvent(job?.id))), 200);
    const ends = await until(() => seenIn<SeenOutcome>(nodeRed, 'ends'), known + 1);
    assert.equal(ends.at(-1)?.norce.outcome, 'succeeded');
  });
});
