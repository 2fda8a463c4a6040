/**
 * A bare client for the simulator's tests: no retries, no field-list logic, nothing of the package's own.
 */
import assert from 'node:assert/strict';
import type { Job, SimulatorOptions } from '../../src/simulator/index.ts';
import { defaultClient, Simulator } from '../../src/simulator/index.ts';

/** A simulator that is quick, orderly and without a limit, unless told otherwise. */
export function startQuick(options: SimulatorOptions = {}): Promise<Simulator> {
  return Simulator.start({
    mood: 'kind',
    timeScale: 100,
    requestLimit: Number.POSITIVE_INFINITY,
    ...options,
  });
}

/** The form of an ordinary token request, with some fields changed or, when null, left out. */
export function tokenForm(changes: Readonly<Record<string, string | null>> = {}): URLSearchParams {
  const fields = {
    grant_type: 'client_credentials',
    client_id: defaultClient.id,
    client_secret: defaultClient.secret,
    scope: 'playground',
    ...changes,
  };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== null) form.set(name, value);
  return form;
}

/** Calls one simulator with a token of its own. */
export class Caller {
  readonly simulator: Simulator;
  #token: string | undefined;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  async token(): Promise<string> {
    if (this.#token === undefined) {
      const response = await fetch(this.simulator.tokenUrl, { method: 'POST', body: tokenForm() });
      const body = (await response.json()) as { access_token: string };
      this.#token = body.access_token;
    }
    return this.#token;
  }

  /** A call below Connect's base address. */
  async call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${await this.token()}`);
    return fetch(this.simulator.connectUrl + path, { ...init, headers });
  }

  async json(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await this.call(path, init);
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  }

  /** Posts an import, with AccountId 1 unless the header says otherwise. */
  post(path: string, header: object, items: unknown): Promise<Response> {
    return this.call(path, {
      method: 'POST',
      headers: { 'X-StormConnect-Header': JSON.stringify({ AccountId: 1, ...header }) },
      body: typeof items === 'string' ? items : JSON.stringify(items),
    });
  }

  /** Posts an import that must be accepted, and waits for its job. */
  async import(path: string, header: object, items: unknown): Promise<Job> {
    const response = await this.post(path, header, items);
    assert.equal(response.status, 200, await response.clone().text());
    const { JobId: id } = (await response.json()) as { JobId: string };
    await this.simulator.settled();
    const job = this.simulator.jobs.find((candidate) => candidate.id === Number(id));
    assert.ok(job, `job ${id} is known`);
    return job;
  }
}
