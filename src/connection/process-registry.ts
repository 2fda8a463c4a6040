/**
 * The one registry of the process. Node-RED may load this package twice (two copies in the palette, or `require`
 * beside `import`); the limit and the token are still one.
 */
import { ConnectionRegistry } from './registry.ts';

// The number counts incompatible changes of the registry's interface: copies that differ must not share.
/** Where the registry hangs on `globalThis`. */
export const processRegistryKey = Symbol.for('@norce-connect/node-red/connection-registry/1');

/** The process's registry; a new one if the former has been closed. */
export function processRegistry(): ConnectionRegistry {
  const holder = globalThis as { [processRegistryKey]?: ConnectionRegistry };
  const held = holder[processRegistryKey];
  if (held !== undefined && !held.isClosed) return held;
  const registry = new ConnectionRegistry();
  holder[processRegistryKey] = registry;
  return registry;
}
