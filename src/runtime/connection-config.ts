/**
 * The properties of the config node as settings of a connection.
 */
import {
  type Authentication,
  type ConnectionSettings,
  type Environment,
  type NetworkSettings,
  resolveAddresses,
} from '../connection/index.ts';
import { booleanValue, choiceValue, integerValue, type NodeProperties, textValue } from './config-values.ts';

/** What a connection is made of, and what it gives to the nodes that use it. */
export interface ConnectionConfig {
  readonly settings: ConnectionSettings;
  /** AccountId of nodes and messages that name none. */
  readonly accountId?: number;
  readonly maximumItems: number;
  readonly maximumBytes: number;
  /** Nothing is sent, whatever the nodes say. */
  readonly dryRun: boolean;
  /** Milliseconds that a job may run before its outcome counts as unknown. */
  readonly jobLimit: number;
}

/** Values where the editor left a field empty. The sizes are a guess of ours: Norce names no limits. */
export const defaults = {
  region: 'se',
  requestsPerMinute: 60,
  maximumItems: 1000,
  maximumBytes: 10_000_000,
  /** Seconds for one attempt. */
  timeout: 120,
  /** Seconds for all attempts of a plain message. */
  deadline: 600,
  /** Hours that a job may run. */
  jobLimit: 24,
} as const;

const environments = ['playground', 'stage', 'production'] as const satisfies readonly Environment[];

/** The first one counts where a flow names none. */
const authentications = ['oauth2', 'basic'] as const satisfies readonly Authentication[];

/** Norce names the environment in the scope; production is called prod there. */
const scopes: Readonly<Record<Environment, string>> = {
  playground: 'playground',
  stage: 'stage',
  production: 'prod',
};

const int32Maximum = 2_147_483_647;

/** The largest AccountId or SupplierId that Connect can hold; both are positive. */
export function idValue(properties: NodeProperties, name: string): number | undefined {
  return integerValue(properties, name, 1, int32Maximum);
}

/**
 * @param network what the config nodes for TLS and proxies say
 * @throws ConnectError `CONFIG_INVALID` with the property, or what {@link resolveAddresses} throws.
 */
export function connectionConfig(
  properties: NodeProperties,
  credentials: NodeProperties,
  network: NetworkSettings = {},
): ConnectionConfig {
  const environment = choiceValue(properties, 'environment', environments);
  const isOwn = choiceValue(properties, 'addressMode', ['norce', 'own']) === 'own';
  const customer = isOwn ? '' : textValue(properties, 'customer');
  const authentication = choiceValue(properties, 'authentication', authentications);
  const accountId = idValue(properties, 'accountId');
  const applicationId = textValue(properties, 'applicationId');
  const addresses = isOwn
    ? resolveAddresses({
        authentication,
        connectUrl: textValue(properties, 'connectUrl'),
        tokenUrl: authentication === 'basic' ? '' : textValue(properties, 'tokenUrl'),
      })
    : resolveAddresses({
        authentication,
        customer,
        region: textValue(properties, 'region', defaults.region),
        environment,
      });
  return {
    settings: {
      ...network,
      customer,
      addresses,
      authentication,
      clientId: textValue(credentials, 'clientId'),
      clientSecret: textValue(credentials, 'clientSecret'),
      scope: textValue(properties, 'scope', scopes[environment]),
      requestsPerMinute: integerValue(properties, 'requestsPerMinute', 1, 60) ?? defaults.requestsPerMinute,
      timeout: (integerValue(properties, 'timeout', 1, 3600) ?? defaults.timeout) * 1000,
      deadline: (integerValue(properties, 'deadline', 1, 86_400) ?? defaults.deadline) * 1000,
      ...(applicationId === '' ? {} : { applicationId }),
    },
    ...(accountId === undefined ? {} : { accountId }),
    maximumItems: integerValue(properties, 'maximumItems', 1, 1_000_000) ?? defaults.maximumItems,
    maximumBytes: integerValue(properties, 'maximumBytes', 1000, 1_000_000_000) ?? defaults.maximumBytes,
    dryRun: booleanValue(properties, 'dryRun'),
    // Connect keeps what a job needs for two weeks.
    jobLimit: (integerValue(properties, 'jobLimit', 1, 336) ?? defaults.jobLimit) * 3_600_000,
  };
}
