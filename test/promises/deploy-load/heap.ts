/**
 * Counts what is on the heap of this process, after garbage collection.
 */
import { getHeapSnapshot } from 'node:v8';
import type { Counts } from './report.ts';

/** What is needed of the format, which Chrome's developer tools define. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** The objects on the heap by the name of their class, and the bytes of everything on it. */
export async function heapContents(): Promise<{ readonly objects: Counts; readonly bytes: number }> {
  const chunks: Buffer[] = [];
  for await (const chunk of getHeapSnapshot()) chunks.push(Buffer.from(chunk));
  const { snapshot, nodes, strings } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field)) as [
    number,
    number,
    number,
  ];
  const object = types[0].indexOf('object');
  const objects: Record<string, number> = {};
  let bytes = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    bytes += nodes[node + size] ?? 0;
    if (nodes[node + type] !== object) continue;
    const className = strings[nodes[node + name] ?? 0] ?? '';
    objects[className] = (objects[className] ?? 0) + 1;
  }
  return { objects, bytes };
}
