/**
 * The flow of the day as an integrator wires it: for each source a connection, an accumulator and an import node.
 */
import type { LocalConnect } from '../../support/local-connect.ts';
import type { FlowNodes } from '../../support/node-red.ts';
import { limit, type Source, sources } from './plan.ts';

/** Id of the accumulator of a source. */
export function accumulatorOf({ collection }: Source): string {
  return `${collection.name}-accumulator`;
}

/** The account of a source. */
export function clientOf({ collection }: Source): { readonly id: string; readonly secret: string } {
  return { id: `client-${collection.name}`, secret: `secret-${collection.name}` };
}

/** @param deploys how many times it has been deployed: each moves a node and names another */
export function dayFlow(connect: LocalConnect, deploys: number): FlowNodes {
  return sources.flatMap((source) => {
    const { collection } = source;
    const { name } = collection;
    const { id: clientId, secret: clientSecret } = clientOf(source);
    const onTab = (id: string, type: string, more: object) => ({
      id: `${name}-${id}`,
      type,
      z: name,
      x: 100 + deploys,
      y: 100,
      ...more,
    });
    const sink = (id: string) =>
      onTab(id, 'debug', { active: false, tosidebar: true, console: false, complete: 'payload', wires: [] });
    return [
      { id: name, type: 'tab', label: source.name },
      {
        id: `${name}-connection`,
        type: 'norce-connect-config',
        name: `${source.name} ${deploys}`,
        addressMode: 'own',
        ...connect,
        environment: 'playground',
        accountId: '10000',
        requestsPerMinute: String(limit),
        credentials: { clientId, clientSecret },
      },
      onTab('accumulator', 'norce-accumulator', {
        connection: `${name}-connection`,
        import: collection.import,
        collection: name,
        fullFile: 'no',
        identity: collection.identity ?? '',
        releaseMinutes: String(source.releaseMinutes),
        follows: collection.follows,
        wires: [[`${name}-import`], [`${name}-rejected`], [`${name}-ended`]],
      }),
      onTab('import', `norce-${collection.import}`, {
        connection: `${name}-connection`,
        fullFile: 'no',
        wires: [[`${name}-sent`], [`${name}-not-sent`]],
      }),
      ...['rejected', 'ended', 'sent', 'not-sent'].map(sink),
    ];
  });
}
