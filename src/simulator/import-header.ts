/**
 * Reads the settings of an import from its HTTP header, strictly: what Connect would not know is refused.
 */
import type { HeaderDefinition, HeaderName } from '../contract/index.ts';
import { headers, importHeaderName } from '../contract/index.ts';

/** The settings of one import request, with every list value under its contract name. */
export interface ImportHeader {
  readonly accountId: number;
  readonly fullFile: boolean;
  readonly supplierId: number | null;
  readonly lists: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A header that Connect answers with 400; the message says why. */
export class HeaderRefused extends Error {}

const definitions: Readonly<Record<string, HeaderDefinition>> = headers;

/** Properties of the shared base header that have no effect here. */
const ignoredProperties = new Set(['jobid']);

/**
 * @param name which header the import takes.
 * @param text the value of X-StormConnect-Header, undefined when the request has none.
 * @throws {HeaderRefused} when it is missing, is no JSON object, or holds anything unknown.
 */
export function readImportHeader(name: HeaderName, text: string | undefined): ImportHeader {
  const definition = definitions[name];
  if (definition === undefined) throw new HeaderRefused(`Unknown header ${name}.`);
  let accountId: number | undefined;
  let fullFile = false;
  let supplierId: number | null = null;
  const lists = new Map<string, ReadonlySet<string>>();
  for (const [given, value] of Object.entries(parse(text))) {
    const property = given.toLowerCase();
    if (property === 'accountid') accountId = readInteger(given, value);
    else if (property === 'supplierid') supplierId = value === null ? null : readInteger(given, value);
    else if (property === 'fullfile' && definition.fullFile) fullFile = readBoolean(given, value);
    else if (property === 'serializationtype') refuseXml(value);
    else if (property === 'storagename') throw new HeaderRefused('StorageName is not supported here.');
    else if (!ignoredProperties.has(property)) {
      const [list, values] = readList(definition, name, given, value);
      lists.set(list, values);
    }
  }
  if (accountId === undefined) throw new HeaderRefused('AccountId is missing.');
  return { accountId, fullFile, supplierId, lists };
}

function parse(text: string | undefined): object {
  if (text === undefined) throw new HeaderRefused(`${importHeaderName} is missing.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HeaderRefused(`${importHeaderName} is not JSON.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HeaderRefused(`${importHeaderName} is not a JSON object.`);
  }
  return value;
}

function readInteger(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new HeaderRefused(`${name} is no whole number.`);
  return value;
}

function readBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new HeaderRefused(`${name} is neither true nor false.`);
  return value;
}

function refuseXml(value: unknown): void {
  if (value !== 0 && value !== 'Json' && value !== 'JSON')
    throw new HeaderRefused('Only JSON is supported here.');
}

function readList(
  definition: HeaderDefinition,
  header: string,
  given: string,
  value: unknown,
): [name: string, values: ReadonlySet<string>] {
  const name = Object.keys(definition.lists).find((list) => list.toLowerCase() === given.toLowerCase());
  const list = name === undefined ? undefined : definition.lists[name];
  if (name === undefined || list === undefined)
    throw new HeaderRefused(`${header} has no property ${given}.`);
  if (!Array.isArray(value)) throw new HeaderRefused(`${name} is no list.`);
  const values = value.map((element: unknown) => {
    const known = list.values.find((candidate) =>
      typeof element === 'string'
        ? candidate.name.toLowerCase() === element.toLowerCase()
        : candidate.number === element,
    );
    if (known === undefined) throw new HeaderRefused(`${name} has no value ${JSON.stringify(element)}.`);
    return known.name;
  });
  return [name, new Set(values)];
}
