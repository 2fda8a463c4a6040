/**
 * Fills a simulator with records and sends it prepared requests, over real HTTP.
 */
import assert from 'node:assert/strict';
import { type ImportName, importNames, imports } from '../../src/contract/index.ts';
import type { Prepared } from '../../src/prepare/index.ts';
import { type Readings, Simulator } from '../../src/simulator/index.ts';
import { supplierId } from '../prepare/prepared.ts';
import { Caller } from '../simulator/caller.ts';
import { allLists, fullRecord, type Plain, type Random, subjects } from './shapes.ts';

/** How many stages there are. */
export function stagesOf({ requests }: Pick<Prepared, 'requests'>): number {
  return requests.reduce((most, { stage }) => Math.max(most, stage + 1), 0);
}

/** So much faster than real time do jobs run in these tests. */
const timeScale = 5000;

/** A hostile Connect without a limit, whose tokens outlive the test. */
export function startHostile(readings: Partial<Readings> = {}, scale = timeScale): Promise<Simulator> {
  return Simulator.start({
    mood: 'hostile',
    timeScale: scale,
    tokenLifetime: 3600 * scale,
    requestLimit: Number.POSITIVE_INFINITY,
    readings,
  });
}

/** Sends to one simulator. */
export class Shopkeeper {
  readonly simulator: Simulator;
  readonly #caller: Caller;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
    this.#caller = new Caller(simulator);
  }

  /** Posts one request, which must be accepted; its job may still wait. */
  async post(name: ImportName, header: object, body: string): Promise<void> {
    const response = await this.#caller.post(imports[name].path, header, body);
    const answer = await response.text();
    assert.equal(response.status, 200, answer);
  }

  /** Posts the requests of one stage; their jobs may still wait. */
  async sendStage(name: ImportName, { requests }: Pick<Prepared, 'requests'>, stage: number): Promise<void> {
    for (const { header, items } of requests.filter((request) => request.stage === stage)) {
      await this.post(name, header, `[${items.map((item) => item.text).join()}]`);
    }
  }

  /** Posts all requests stage by stage, and waits for the end of the jobs of each. */
  async send(name: ImportName, prepared: Pick<Prepared, 'requests'>): Promise<void> {
    for (let stage = 0; stage < stagesOf(prepared); stage++) {
      await this.sendStage(name, prepared, stage);
      await this.settled();
    }
  }

  /** Waits for all jobs, none of which may have failed or turned an item away. */
  async settled(): Promise<void> {
    await this.simulator.settled();
    for (const job of this.simulator.jobs) {
      assert.equal(job.failures, 0, JSON.stringify(job.log));
      assert.equal(job.isFinished, true);
    }
  }

  /** Gives the shop full records of these names. */
  async stock(names: Readonly<Record<ImportName, readonly string[]>>, random: Random): Promise<void> {
    const { catalogue } = this.simulator;
    catalogue.addPriceList('standard');
    catalogue.addSku('related');
    const needing: readonly ImportName[] = [
      'import-prices',
      'import-onhands',
      'import-relations',
      'import-competitor-skus',
    ];
    for (const partNo of needing.flatMap((name) => names[name])) catalogue.addSku(partNo);
    const employees = names['import-companies'].flatMap((code) => [`${code}-p`, `${code}-q`]);
    await this.#stock('import-customers', [...names['import-customers'], ...employees], random);
    for (const name of importNames) {
      if (name !== 'import-customers') await this.#stock(name, names[name], random);
    }
  }

  /** Gives the shop full products of a supplier, by these numbers. */
  async stockSupplier(supplier: number, partNos: readonly string[], random: Random): Promise<void> {
    await this.#stock('import-supplier-products', partNos, random, supplier);
  }

  async #stock(
    name: ImportName,
    names: readonly string[],
    random: Random,
    supplier = supplierId,
  ): Promise<void> {
    if (names.length === 0) return;
    const { shape, keys } = subjects[name];
    const lists = Object.entries(allLists(shape)).map(([list, fields]) => [list, [...fields]]);
    const header = {
      ...Object.fromEntries(lists),
      ...(name === 'import-supplier-products' ? { SupplierId: supplier } : {}),
    };
    const items: readonly Plain[] = names.map((each) => fullRecord(shape, keys(each), random));
    await this.post(name, header, JSON.stringify(items));
    await this.settled();
  }
}
