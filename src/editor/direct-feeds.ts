/**
 * Which import nodes get items past the accumulators, as the wires of the flows tell.
 */
import { importNames } from '../contract/index.ts';

/** A wire of a subflow's own port. */
interface PortWire {
  readonly id: string;
  /** Of the node that the wire comes from; of an input there is none. */
  readonly port?: number;
}

/** A node, tab or subflow as Node-RED exports it; only what tells how messages go. */
export interface ExportedNode {
  readonly id: string;
  readonly type: string;
  /** The tab or subflow that the node lies in. */
  readonly z?: string;
  /** Whether the node is disabled. */
  readonly d?: boolean;
  /** Whether the tab is disabled. */
  readonly disabled?: boolean;
  /** The nodes that each port is wired to. */
  readonly wires?: readonly (readonly string[])[];
  /** Of a link node: the other ends. */
  readonly links?: readonly string[];
  /** Of a link out node: whether it gives the message back to a link call node. */
  readonly mode?: string;
  /** Of a subflow: its ports. */
  readonly in?: readonly { readonly wires: readonly PortWire[] }[];
  readonly out?: readonly { readonly wires: readonly PortWire[] }[];
  readonly connection?: string;
  /** Of an accumulator. */
  readonly import?: string;
}

/** Whose order is at stake: one import of one connection. */
export interface Lane {
  readonly import: string;
  /** Id of the config node. */
  readonly connection: string;
}

/** The nodes of a lane that do not keep order with each other; both lists are empty where none can get in the way. */
export interface DirectFeeds {
  readonly accumulators: readonly ExportedNode[];
  /** Import nodes that get items past the accumulators. */
  readonly imports: readonly ExportedNode[];
}

/** A node whose input messages arrive at, in the subflow instances that it is looked at in, outermost first. */
interface Place {
  readonly node: ExportedNode;
  readonly instances: readonly ExportedNode[];
}

/** One end of a wire. */
interface Source {
  readonly node: ExportedNode;
  readonly port: number;
}

const accumulatorType = 'norce-accumulator';
const subflowPrefix = 'subflow:';
const importTypes = new Set<string>(importNames.map((name) => `norce-${name}`));
/** Beside the import nodes: what only passes on, so that no message begins there. */
const passingTypes = new Set(['link in', 'link call', 'junction']);

function pushTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The wires of all flows, to be followed against their direction. */
class Wires {
  readonly #nodes: ReadonlyMap<string, ExportedNode>;
  /** By the node that the wires lead to. */
  readonly #sources = new Map<string, Source[]>();
  /** Link out and link call nodes, by their link in node. */
  readonly #callers = new Map<string, ExportedNode[]>();
  /** By subflow. */
  readonly #instances = new Map<string, ExportedNode[]>();

  constructor(nodes: readonly ExportedNode[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    for (const node of nodes) {
      for (const [port, targets] of (node.wires ?? []).entries()) {
        for (const target of targets) pushTo(this.#sources, target, { node, port });
      }
      if (node.type.startsWith(subflowPrefix)) {
        pushTo(this.#instances, node.type.slice(subflowPrefix.length), node);
      }
      const isCaller = node.type === 'link call' || (node.type === 'link out' && node.mode !== 'return');
      if (isCaller) for (const link of node.links ?? []) pushTo(this.#callers, link, node);
    }
  }

  /** Whether Node-RED starts the node: it and its tab are enabled, and its subflow is used. */
  runs(node: ExportedNode, inside: readonly ExportedNode[] = []): boolean {
    // A subflow that holds itself is refused by Node-RED, but may come with an import.
    if (node.d || inside.includes(node)) return false;
    const container = this.#nodes.get(node.z ?? '');
    if (container?.type !== 'subflow') return !container?.disabled;
    return (this.#instances.get(container.id) ?? []).some((instance) =>
      this.runs(instance, [...inside, node]),
    );
  }

  /** Whether a message may reach the node that is no batch on its way from an accumulator. */
  isFedDirectly(node: ExportedNode): boolean {
    const seen = new Set<string>();
    const open: Place[] = [{ node, instances: [] }];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      const key = [...place.instances, place.node].map(({ id }) => id).join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      const before = this.#before(place);
      if (before === 'begins here') return true;
      open.push(...before);
    }
    return false;
  }

  /** The places that messages have been at before they arrived at a place, short of the accumulators. */
  #before({ node, instances }: Place): readonly Place[] | 'begins here' {
    const sources = this.#sources.get(node.id) ?? [];
    const callers = node.type === 'link in' ? (this.#callers.get(node.id) ?? []) : [];
    const subflow = this.#nodes.get(node.z ?? '');
    const isAtInput = subflow?.in?.some(({ wires }) => wires.some(({ id }) => id === node.id)) === true;
    const isBeginning = sources.length === 0 && callers.length === 0 && !isAtInput;
    if (isBeginning && !passingTypes.has(node.type) && !importTypes.has(node.type)) return 'begins here';

    const before: Place[] = [];
    for (const source of sources) {
      const found = this.#through(source, instances);
      if (found === 'begins here') return found;
      before.push(...found);
    }
    for (const caller of callers.filter((each) => this.runs(each))) {
      before.push({ node: caller, instances: caller.z === node.z ? instances : [] });
    }
    if (isAtInput && subflow !== undefined) before.push(...this.#outside(subflow, instances));
    return before;
  }

  /** The places that messages have been at before they leave a port. */
  #through({ node, port }: Source, instances: readonly ExportedNode[]): readonly Place[] | 'begins here' {
    if (!this.runs(node)) return [];
    // The other ports give items and outcomes. A batch of another import or connection is refused, and harmless.
    if (node.type === accumulatorType) return port === 0 ? [] : 'begins here';
    if (!node.type.startsWith(subflowPrefix)) return [{ node, instances }];
    if (instances.includes(node)) return [];
    const subflow = this.#nodes.get(node.type.slice(subflowPrefix.length));
    const before: Place[] = [];
    for (const wire of subflow?.out?.[port]?.wires ?? []) {
      if (wire.id === subflow?.id) {
        before.push({ node, instances });
        continue;
      }
      const inner = this.#nodes.get(wire.id);
      if (inner === undefined) continue;
      const found = this.#through({ node: inner, port: wire.port ?? 0 }, [...instances, node]);
      if (found === 'begins here') return found;
      before.push(...found);
    }
    return before;
  }

  /** From the input of a subflow to the instance that was entered, or to each of them where none was. */
  #outside(subflow: ExportedNode, instances: readonly ExportedNode[]): readonly Place[] {
    const entered = instances.at(-1);
    if (entered !== undefined) return [{ node: entered, instances: instances.slice(0, -1) }];
    const all = (this.#instances.get(subflow.id) ?? []).filter((each) => this.runs(each));
    return all.map((node) => ({ node, instances: [] }));
  }
}

/**
 * Where a lane has accumulators, and import nodes that get items past them: these nodes.
 *
 * The wires are followed backward from each import node: through all nodes, links, link calls and the ports of
 * subflows, not through what is disabled. What comes from the first port of an accumulator is a batch; what begins
 * anywhere else, be it at the other ports of an accumulator, is direct. A link call whose target each message names
 * is not followed to that target.
 *
 * @param nodes all nodes of the flows, as Node-RED exports them
 */
export function directFeeds(nodes: readonly ExportedNode[], lane: Lane): DirectFeeds {
  const wires = new Wires(nodes);
  const isOfLane = (node: ExportedNode) => node.connection === lane.connection && wires.runs(node);
  const accumulators = nodes.filter(
    (node) =>
      node.type === accumulatorType && (node.import || importNames[0]) === lane.import && isOfLane(node),
  );
  const imports = nodes.filter(
    (node) => node.type === `norce-${lane.import}` && isOfLane(node) && wires.isFedDirectly(node),
  );
  return accumulators.length > 0 && imports.length > 0
    ? { accumulators, imports }
    : { accumulators: [], imports: [] };
}
