/**
 * `npm start` brings the examples up on the simulator, keeps what the user changed, and ends when told to.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Demo } from '../../scripts/start/demo.ts';
import { type ExampleNode, readExamples } from './read-examples.ts';
import { until } from './until.ts';

interface State {
  readonly catalogue: Readonly<Record<string, readonly unknown[]>>;
  readonly requests: readonly { readonly path: string; readonly status: number }[];
}

interface Delivery {
  readonly type: string;
  readonly state: string;
}

interface Outcomes {
  readonly jobs: readonly unknown[];
}

async function told<Answer>({ simulatorUrl }: Demo, what: string): Promise<Answer> {
  return (await (await fetch(`${simulatorUrl}simulator/${what}`)).json()) as Answer;
}

async function stateOf({ simulatorUrl }: Demo): Promise<State> {
  return (await (await fetch(`${simulatorUrl}simulator/state`)).json()) as State;
}

/** Paths of the requests to Connect that have a text in them. */
async function paths(demo: Demo, part: string): Promise<readonly string[]> {
  return (await stateOf(demo)).requests.map(({ path }) => path).filter((path) => path.includes(part));
}

async function flowsOf({ editorUrl }: Demo): Promise<ExampleNode[]> {
  return (await (await fetch(`${editorUrl}flows`)).json()) as ExampleNode[];
}

async function press({ editorUrl }: Demo, nodes: readonly ExampleNode[], button: string): Promise<void> {
  const node = nodes.find(({ type, name }) => type === 'inject' && name === button);
  const { ok } = await fetch(`${editorUrl}inject/${node?.id}`, { method: 'POST' });
  assert.ok(ok, button);
}

/** A demo in a folder of its own. */
class Place {
  readonly folder: string;
  #stopping = new AbortController();
  #demo: Demo | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Place> {
    return new Place(await mkdtemp(join(tmpdir(), 'norce-start-')));
  }

  async start(editorPort = 0, simulatorPort = 0): Promise<Demo> {
    const { folder } = this;
    this.#stopping = new AbortController();
    this.#demo = await Demo.start({ folder, editorPort, simulatorPort, signal: this.#stopping.signal });
    return this.#demo;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#demo?.ended;
  }

  /** Stops the demo and removes its folder. */
  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

describe('npm start', () => {
  let place: Place;
  let demo: Demo;

  before(async () => {
    place = await Place.make();
    demo = await place.start();
  });

  after(async () => {
    await place?.remove();
  });

  it('opens every example on a tab of its own', async () => {
    const labels = (nodes: readonly ExampleNode[]) =>
      nodes.filter(({ type }) => type === 'tab').map(({ label }) => label);
    const examples = await readExamples();
    assert.equal(demo.isNew, true);
    assert.deepEqual(
      labels(await flowsOf(demo)),
      examples.flatMap(({ nodes }) => labels(nodes)),
    );
  });

  it('runs the main job at a press of the button, from the file that is shipped', async () => {
    const nodes = await flowsOf(demo);
    await press(demo, nodes, 'Export in CSV_FILE');
    await until('all stock', async () => (await stateOf(demo)).catalogue.onhands?.length === 11);
    const state = await stateOf(demo);
    assert.equal(state.catalogue.skus?.length, 11);
    assert.equal(state.catalogue.prices?.length, 10);
    assert.ok(state.requests.every(({ status }) => status === 200));
  });

  it('waits for a job, and goes on with what it has written', async () => {
    const { prices = [], skus = [] } = (await stateOf(demo)).catalogue;
    await press(demo, await flowsOf(demo), 'Import and wait');
    await until('a price', async () => (await stateOf(demo)).catalogue.prices?.length === prices.length + 1);
    assert.equal((await stateOf(demo)).catalogue.skus?.length, skus.length + 1);
    assert.equal((await paths(demo, '/Job/GetLog')).length, 1);
  });

  it('hands each event of the simulator to the node that is for it', async () => {
    const delivered = async () =>
      (await told<readonly Delivery[]>(demo, 'events'))
        .filter(({ state }) => state === 'delivered')
        .map(({ type }) => type);
    const nodes = await flowsOf(demo);
    await press(demo, nodes, 'Simulator: a price has changed');
    await until('both types', async () => new Set(await delivered()).size === 2);
    const deliveries = await told<readonly Delivery[]>(demo, 'events');
    assert.ok(deliveries.every(({ state }) => state === 'delivered' || state === 'waiting'));
  });

  it('lists jobs, and reads the newest one and its log', async () => {
    const nodes = await flowsOf(demo);
    for (const [button, path] of [
      ['List jobs', '/Job/List'],
      ['Its state', '/Job/Get?'],
      ['Its log', '/Job/GetLog'],
    ] as const) {
      const before = (await paths(demo, path)).length;
      await press(demo, nodes, button);
      await until(button, async () => (await paths(demo, path)).length > before);
    }
    assert.ok((await stateOf(demo)).requests.every(({ status }) => status === 200));
  });

  it('takes other ports when its own are taken, and keeps what the user changed', async () => {
    const nodes = await flowsOf(demo);
    const changed = nodes.map((node) => (node.label === 'Prices' ? { ...node, label: 'My prices' } : node));
    await fetch(`${demo.editorUrl}flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(changed),
    });
    const taken = [demo.editorUrl, demo.simulatorUrl].map((url) => Number(new URL(url).port));
    const second = await Place.make();
    const other = await second.start(taken[0], taken[1]);
    const others = [other.editorUrl, other.simulatorUrl].map((url) => Number(new URL(url).port));
    await second.remove();
    assert.ok(!others.some((port) => taken.includes(port)));

    await place.stop();
    await assert.rejects(fetch(demo.editorUrl));
    await assert.rejects(fetch(demo.simulatorUrl));
    demo = await place.start();
    assert.equal(demo.isNew, false);
    const kept = await flowsOf(demo);
    assert.ok(kept.some(({ label }) => label === 'My prices'));
    // The connection follows the simulator to its new address, with the credentials that were stored.
    await press(demo, kept, 'Import price lists');
    const lists = async () =>
      (await stateOf(demo)).requests.filter(({ path }) => path.includes('/ImportPriceLists'));
    await until('a request', async () => (await lists()).length > 0);
    assert.equal((await lists())[0]?.status, 200);
  });

  // A tenth of the requests per minute is for jobs: one demo would need more than a minute's for all of them.
  describe('with the requests of another minute', () => {
    let place: Place;
    let demo: Demo;

    before(async () => {
      place = await Place.make();
      demo = await place.start();
    });

    after(async () => {
      await place?.remove();
    });

    it('collects changes until they are asked for, products first', async () => {
      const before = (await stateOf(demo)).catalogue;
      const count = (kind: string, catalogue = before) => catalogue[kind]?.length ?? 0;
      const nodes = await flowsOf(demo);
      const flush = nodes.find(({ id }) => id === 'norce-example-order-flush');
      await press(demo, nodes, 'A new product');
      assert.ok((await fetch(`${demo.editorUrl}inject/${flush?.id}`, { method: 'POST' })).ok);
      for (const kind of ['skus', 'prices', 'onhands']) {
        await until(kind, async () => count(kind, (await stateOf(demo)).catalogue) === count(kind) + 1);
      }
    });

    it('runs a job that has failed once more', async () => {
      const nodes = await flowsOf(demo);
      await press(demo, nodes, 'Simulator: let the next stock job fail');
      await until('the rule', async () => (await told<Outcomes>(demo, 'outcomes')).jobs.length === 1);
      await press(demo, nodes, 'Import stock');
      await until('a restart', async () => (await paths(demo, '/Job/Restart')).length === 1);
      assert.equal((await told<Outcomes>(demo, 'outcomes')).jobs.length, 0);
    });
  });
});
