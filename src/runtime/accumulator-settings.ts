/**
 * What an accumulator was told in its dialog, and which messages do not fit it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { AccumulatorSettings, ReleaseRules } from '../accumulator/index.ts';
import { type ImportDefinition, importNames, imports } from '../contract/index.ts';
import { outlineOf } from '../contract/outline.ts';
import { ConnectError } from '../errors.ts';
import type { PrepareOptions } from '../prepare/index.ts';
import type { Amount } from '../store/index.ts';
import {
  choiceValue,
  integerValue,
  invalidProperty,
  type NodeProperties,
  textValue,
} from './config-values.ts';
import type { OpenConnection } from './connect-config.ts';
import { type ImportSettings, importSettings, messageOptions, wishNames } from './import-settings.ts';

/** The dialog's properties, typed. Ages in milliseconds. */
export interface AccumulatorProperties {
  readonly import: ImportSettings;
  readonly collection: string;
  readonly identity?: string;
  /** In percent. */
  readonly shrinkage?: number;
  readonly rules: ReleaseRules;
  readonly most: Amount;
  readonly follows: readonly string[];
}

const minute = 60_000;
const largest = 2 ** 31 - 1;
/** A year of minutes: an accumulator that waits longer has most likely been mistyped. */
const mostMinutes = 366 * 24 * 60;
const longestCollection = 100;
const defaultMost = { items: 1_000_000, megabytes: 500 };
/** 1 TB. */
const mostMegabytes = 1_000_000;

function collectionName(value: string): boolean {
  // Control characters would make two names look alike in a log.
  return value.length > 0 && value.length <= longestCollection && !/\p{Cc}/u.test(value);
}

function collectionValue(properties: NodeProperties): string {
  const collection = textValue(properties, 'collection');
  if (collectionName(collection)) return collection;
  throw invalidProperty('collection', `a name of at most ${longestCollection} characters is needed.`);
}

function followsValue(properties: NodeProperties, own: string): readonly string[] {
  const given = properties.follows ?? [];
  if (!Array.isArray(given)) throw invalidProperty('follows', 'a list of collections is needed.');
  const names = given.map((name: unknown) => textValue({ follows: name }, 'follows'));
  if (!names.every(collectionName)) throw invalidProperty('follows', 'each collection needs a name.');
  if (names.includes(own)) throw invalidProperty('follows', 'a collection cannot follow itself.');
  return [...new Set(names)];
}

function identityValue(properties: NodeProperties, name: ImportSettings['import']): string | undefined {
  const known = outlineOf(name).root.identity.map((fields) => fields.join('+'));
  if (known.length < 2) return undefined;
  const { usualIdentity }: ImportDefinition = imports[name];
  const identity = textValue(properties, 'identity', usualIdentity);
  if (known.includes(identity)) return identity;
  throw invalidProperty('identity', `say by which of ${known.join(', ')} the items are told apart.`);
}

function rulesOf(properties: NodeProperties): ReleaseRules {
  const items = integerValue(properties, 'releaseItems', 1, largest);
  const kilobytes = integerValue(properties, 'releaseKilobytes', 1, largest);
  const minutes = integerValue(properties, 'releaseMinutes', 1, mostMinutes);
  const pattern = textValue(properties, 'schedulePattern');
  const timeZone = textValue(properties, 'scheduleZone', Intl.DateTimeFormat().resolvedOptions().timeZone);
  return {
    ...(items === undefined ? {} : { items }),
    ...(kilobytes === undefined ? {} : { bytes: kilobytes * 1000 }),
    ...(minutes === undefined ? {} : { age: minutes * minute }),
    ...(pattern === '' ? {} : { schedule: { pattern, timeZone } }),
  };
}

/** @throws ConnectError `CONFIG_INVALID` with the property. */
export function accumulatorProperties(properties: NodeProperties): AccumulatorProperties {
  const [first, ...others] = importNames;
  if (textValue(properties, 'import') === '') throw invalidProperty('import', 'an import has to be chosen.');
  const name = choiceValue(properties, 'import', [first as (typeof importNames)[number], ...others]);
  const collection = collectionValue(properties);
  const identity = identityValue(properties, name);
  const shrinkage = integerValue(properties, 'shrinkage', 1, 100);
  return {
    import: importSettings(name, { ...properties, dryRun: false }),
    collection,
    ...(shrinkage === undefined ? {} : { shrinkage }),
    ...(identity === undefined ? {} : { identity }),
    rules: rulesOf(properties),
    most: {
      items: integerValue(properties, 'mostItems', 1, largest) ?? defaultMost.items,
      bytes:
        (integerValue(properties, 'mostMegabytes', 1, mostMegabytes) ?? defaultMost.megabytes) * 1_000_000,
    },
    follows: followsValue(properties, collection),
  };
}

/**
 * The settings under which an accumulator of a connection works.
 *
 * @throws ConnectError `ACCOUNT_ID_MISSING`
 */
export function accumulatorSettings(
  { import: settings, collection, identity, ...rest }: AccumulatorProperties,
  { connection, ...limits }: OpenConnection,
): AccumulatorSettings {
  const options = messageOptions({ ...settings, fullFile: 'no' }, limits, undefined);
  return {
    collection: { scope: connection.scope, import: settings.import, name: collection },
    options: { ...options, ...(identity === undefined ? {} : { identity }) },
    ...rest,
  };
}

/**
 * Whether a message is part of a full feed. Makes sure that it asks for nothing else than what its items will be sent
 * under, which are the settings of the accumulator.
 *
 * @throws ConnectError `OPTION_NOT_ALLOWED`, `OPTION_INVALID`
 */
export function isFullFeed(settings: ImportSettings, options: PrepareOptions, norce: unknown): boolean {
  // Nearly every message asks for nothing.
  if (norce === undefined || norce === null) return settings.fullFile === 'yes';
  const asked = messageOptions({ ...settings, fullFile: 'message' }, options, norce);
  const given = (norce as { readonly fullFile?: boolean }).fullFile;
  const isFull = settings.fullFile === 'message' ? asked.fullFile : settings.fullFile === 'yes';
  const different = wishNames.find((name) =>
    name === 'fullFile'
      ? given !== undefined && given !== isFull
      : !isDeepStrictEqual(asked[name], options[name]),
  );
  if (different === undefined) return isFull;
  throw new ConnectError(
    'OPTION_NOT_ALLOWED',
    `msg.norce.${different} differs from the accumulator's setting, under which its items are sent. Give such items an accumulator of their own.`,
    { details: { option: different } },
  );
}
