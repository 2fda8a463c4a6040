/**
 * The part of node-red-node-test-helper that the tests use; the package brings no types.
 */
declare module 'node-red-node-test-helper' {
  import type { Node, NodeInitializer } from 'node-red';

  interface TestHelper {
    init(runtimePath: string, userSettings?: object): void;
    /** Sets what the next start of flows finds in `RED.settings`, beside the defaults. */
    settings(userSettings: object): object;
    startServer(): Promise<void>;
    stopServer(): Promise<void>;
    load(nodes: readonly NodeInitializer[], flow: readonly object[], credentials?: object): Promise<void>;
    unload(): Promise<void>;
    getNode(id: string): Node;
    setFlows(flow: readonly object[], type: 'full' | 'nodes' | 'flows', credentials?: object): Promise<void>;
    log(): { args: [{ level: number; msg: unknown; type?: string; id?: string }][] };
    url(): string;
    /** Calls the admin API. */
    request(): { post(path: string): { send(body: object): Promise<{ body: unknown }> } };
  }

  const helper: TestHelper;
  export default helper;
}
