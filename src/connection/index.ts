/**
 * The door of this room: addresses, connections and the registry. The rest is its own business.
 */
export {
  type Addresses,
  type AddressInput,
  type Authentication,
  type Environment,
  resolveAddresses,
} from './addresses.ts';
export type { Backoff } from './backoff.ts';
export { backoffDelay } from './backoff.ts';
export type { Answer, Body, Call, Progress } from './call.ts';
export { type Clock, pause, systemClock } from './clock.ts';
export { Connection, type PublicSettings } from './connection.ts';
export type { NetworkSettings, TlsSettings } from './network-settings.ts';
export { processRegistry, processRegistryKey } from './process-registry.ts';
export type { ProxyRules, ProxySettings } from './proxy-rules.ts';
export { ConnectionRegistry, type RegistryOptions } from './registry.ts';
export { RollingLog } from './rolling-log.ts';
export type { ConnectionSettings } from './settings.ts';
export { type ConnectionTest, testConnection } from './test-connection.ts';
export type { ThrottleStatus } from './throttle.ts';
export type { Priority } from './waiting-line.ts';
