/**
 * Simulator and Node-RED together, from the start of both to the end of both.
 */
import { randomBytes } from 'node:crypto';
import { ConnectError } from '../../src/errors.ts';
import { defaultClient, Simulator } from '../../src/simulator/index.ts';
import { Editor } from './editor.ts';
import { demoPriceList } from './flows.ts';
import { freePort } from './ports.ts';
import { simulatorVariable } from './simulator-nodes.ts';
import { prepareFolder } from './user-folder.ts';

/** How a demo is started. */
export interface DemoOptions {
  /** Node-RED's user folder; made when it does not exist. */
  readonly folder: string;
  /** Port that the editor takes when it is free, otherwise any other. */
  readonly editorPort: number;
  /** Port that the simulator takes when it is free, otherwise any other. */
  readonly simulatorPort: number;
  /** Ends the demo. */
  readonly signal: AbortSignal;
}

/** Paths of the event nodes among the examples. */
const eventPaths = {
  JobCompletedEvent: 'norce/job-completed',
  SkuPriceChangedNotification: 'norce/sku-price-changed',
};

/** A running demo. */
export class Demo {
  readonly editorUrl: string;
  readonly simulatorUrl: string;
  /** Whether the flows are the examples as they are shipped; otherwise they were there from an earlier start. */
  readonly isNew: boolean;
  /** Resolves when everything has ended; rejects with `EDITOR_ENDED` when Node-RED ends unasked. */
  readonly ended: Promise<void>;

  private constructor(editor: Editor, simulator: Simulator, isNew: boolean) {
    this.editorUrl = editor.url;
    this.simulatorUrl = `${simulator.url}/`;
    this.isNew = isNew;
    this.ended = editor.ended.finally(() => simulator.close());
    // A demo that ends before anybody waits for its end must not end the process with it.
    this.ended.catch(() => {});
  }

  /**
   * Starts simulator and editor, and waits until flows are running.
   *
   * @throws ConnectError `EDITOR_ENDED`, or what the simulator throws.
   */
  static async start({ folder, editorPort, simulatorPort, signal }: DemoOptions): Promise<Demo> {
    const simulator = await startSimulator(simulatorPort);
    try {
      const isNew = await prepareFolder(folder);
      // It stands for what would be entered in Norce's admin UI.
      const secret = randomBytes(32).toString('hex');
      const editor = new Editor({
        folder,
        port: await freePort(editorPort),
        signal,
        environment: { ...environmentFor(simulator), NORCE_WEBHOOK_SECRET: secret },
      });
      for (const [type, path] of Object.entries(eventPaths)) {
        const target = { url: `${editor.url}${path}`, headers: { 'x-norce-secret': secret } };
        simulator.webhooks.setTarget(type, target);
      }
      const demo = new Demo(editor, simulator, isNew);
      await editor.ready;
      return demo;
    } catch (thrown) {
      await simulator.close();
      throw thrown;
    }
  }
}

async function startSimulator(port: number): Promise<Simulator> {
  const simulator = await Simulator.start({ mood: 'kind', port }).catch((error: unknown) => {
    if (error instanceof ConnectError && error.code === 'PORT_IN_USE') {
      return Simulator.start({ mood: 'kind' });
    }
    throw error;
  });
  // A shop has its price lists before anybody imports prices.
  simulator.catalogue.addPriceList(demoPriceList);
  // One of the examples shows what becomes of an item that a job refuses.
  simulator.outcomes.addItem({
    import: 'import-products',
    match: { Code: 'lykta-skymning' },
    severity: 'error',
    message: 'The manufacturer is locked.',
  });
  return simulator;
}

function environmentFor(simulator: Simulator): Readonly<Record<string, string>> {
  return {
    NORCE_CUSTOMER: 'simulator',
    NORCE_CLIENT_ID: defaultClient.id,
    NORCE_CLIENT_SECRET: defaultClient.secret,
    NORCE_CONNECT_URL: simulator.connectUrl,
    NORCE_TOKEN_URL: simulator.tokenUrl,
    [simulatorVariable]: simulator.url,
  };
}
