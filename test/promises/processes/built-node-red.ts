/**
 * A Node-RED inside a process of a test, with the built package.
 */

/** A module of the package as Node-RED loads it: the same file, so the same classes and the same state. */
export async function builtModule(path: string): Promise<Record<string, unknown>> {
  return import(new URL(`../../../dist/src/${path}.js`, import.meta.url).href);
}

/**
 * Settings of one without an editor, which asks nobody anything.
 *
 * @param folder Its user folder.
 * @param hear Gets what it logs, from warnings on.
 */
export function silentSettings(folder: string, hear: (entry: { readonly msg?: unknown }) => void) {
  const quiet = { metrics: false, audit: false };
  return {
    uiPort: 0,
    uiHost: '127.0.0.1',
    userDir: folder,
    flowFile: 'flows.json',
    credentialSecret: 'test',
    httpAdminRoot: '/',
    httpNodeRoot: false as const,
    disableEditor: true,
    telemetry: { enabled: false, updateNotification: false },
    logging: {
      console: { level: 'off' as const, ...quiet },
      judge: { level: 'warn', ...quiet, handler: () => hear },
    },
  };
}
