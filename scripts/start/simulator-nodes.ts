/**
 * Nodes beside the examples that make the simulator do what happens by itself at Norce.
 */
import type { FlowNode } from './flow-node.ts';

/** Variable that holds the simulator's address. */
export const simulatorVariable = 'NORCE_SIMULATOR_URL';

interface Button {
  /** Of the example's ids, as in `norce-example-<tab>-tab`. */
  readonly tab: string;
  readonly label: string;
  readonly y: number;
  /** Address below the simulator's own. */
  readonly path: string;
  readonly body: object;
}

const buttons: readonly Button[] = [
  {
    tab: 'restart',
    label: 'Simulator: let the next stock job fail',
    y: 400,
    path: '/simulator/outcomes',
    body: {
      job: { import: 'import-onhands', status: 3, message: 'The database was busy for too long.', count: 1 },
    },
  },
  {
    tab: 'webhook',
    label: 'Simulator: a price has changed',
    y: 480,
    path: '/simulator/events',
    body: {
      type: 'SkuPriceChangedNotification',
      body: {
        ClientId: 1017,
        PartNo: 'KAFFE-450',
        PricelistId: 1,
        PricelistCode: 'STANDARD',
        PriceSaleValue: 75.2,
      },
    },
  },
];

function nodesOf({ tab, label, y, path, body }: Button): readonly FlowNode[] {
  const id = (part: string) => `norce-demo-${tab}-${part}`;
  const place = { z: `norce-example-${tab}-tab`, y };
  return [
    {
      ...place,
      id: id('button'),
      type: 'inject',
      name: label,
      props: [],
      repeat: '',
      crontab: '',
      once: false,
      x: 180,
      wires: [[id('what')]],
    },
    {
      ...place,
      id: id('what'),
      type: 'function',
      name: 'What is asked of it',
      func: `msg.url = env.get('${simulatorVariable}') + '${path}';\nmsg.payload = ${JSON.stringify(body, null, 4)};\nreturn msg;`,
      outputs: 1,
      x: 460,
      wires: [[id('post')]],
    },
    {
      ...place,
      id: id('post'),
      type: 'http request',
      name: 'Ask the simulator',
      method: 'POST',
      ret: 'obj',
      paytoqs: 'ignore',
      url: '',
      x: 670,
      wires: [[]],
    },
  ];
}

/** All of them. */
export const simulatorNodes: readonly FlowNode[] = buttons.flatMap(nodesOf);
