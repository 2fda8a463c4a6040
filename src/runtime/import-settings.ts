/**
 * What an import node was told in its dialog, and what a message overrides.
 */
import { type ImportName, imports } from '../contract/index.ts';
import { ConnectError } from '../errors.ts';
import type { FieldSelection, ListedValues, PrepareOptions, UnknownProperties } from '../prepare/index.ts';
import { booleanValue, choiceValue, type NodeProperties, objectValue } from './config-values.ts';
import type { OpenConnection } from './connect-config.ts';
import { idValue } from './connection-config.ts';

/** The dialog's properties, typed. */
export interface ImportSettings {
  readonly import: ImportName;
  readonly accountId?: number;
  readonly supplierId?: number;
  /** `message`: each message says itself whether it is a full feed. */
  readonly fullFile: 'no' | 'yes' | 'message';
  readonly fields: FieldSelection;
  readonly clear: ListedValues;
  readonly switches: ListedValues;
  readonly unknownProperties: UnknownProperties;
  /** Everything but the sending. */
  readonly dryRun: boolean;
}

/** @throws ConnectError `CONFIG_INVALID` with the property. */
export function importSettings(name: ImportName, properties: NodeProperties): ImportSettings {
  const definition = imports[name];
  const accountId = idValue(properties, 'accountId');
  const supplierId = 'supplier' in definition ? idValue(properties, 'supplierId') : undefined;
  const fullFile =
    'fullFile' in definition ? choiceValue(properties, 'fullFile', ['no', 'yes', 'message']) : 'no';
  const isDisputed = 'fullFile' in definition && 'disputed' in definition.fullFile;
  if (fullFile !== 'no' && isDisputed && !booleanValue(properties, 'fullFileUnderstood')) {
    throw new ConnectError(
      'CONFIG_INVALID',
      'fullFile: the documents differ on what a full feed of this import does; tick in the dialog that you know.',
      { details: { property: 'fullFileUnderstood' } },
    );
  }
  const isChosen = choiceValue(properties, 'fieldMode', ['carried', 'chosen']) === 'chosen';
  return {
    import: name,
    ...(accountId === undefined ? {} : { accountId }),
    ...(supplierId === undefined ? {} : { supplierId }),
    fullFile,
    fields: isChosen ? objectValue<ListedValues>(properties, 'fieldChoice') : 'carried',
    clear: isChosen ? objectValue<ListedValues>(properties, 'clear') : {},
    switches: objectValue<ListedValues>(properties, 'switches'),
    unknownProperties: choiceValue(properties, 'unknownProperties', ['reject', 'remove', 'send']),
    dryRun: booleanValue(properties, 'dryRun'),
  };
}

function invalid(name: string, message: string): ConnectError {
  return new ConnectError('OPTION_INVALID', `msg.norce.${name} ${message}`, { details: { option: name } });
}

function messageId(given: NodeProperties, name: string): number | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) >= 2 ** 31) {
    throw invalid(name, 'must be a positive whole number.');
  }
  return value as number;
}

function messageFullFile(given: NodeProperties, allowed: ImportSettings['fullFile']): boolean {
  const { fullFile } = given;
  if (fullFile !== undefined && typeof fullFile !== 'boolean')
    throw invalid('fullFile', 'must be true or false.');
  if (allowed === 'message') return fullFile ?? false;
  if (fullFile !== undefined && fullFile !== (allowed === 'yes')) {
    throw new ConnectError(
      'FULL_FILE_NOT_ALLOWED',
      `msg.norce.fullFile is ${String(fullFile)}, but the node does not leave that to the message.`,
    );
  }
  return allowed === 'yes';
}

function messageFields(given: NodeProperties): FieldSelection | undefined {
  const { fields } = given;
  if (fields === undefined || fields === null) return undefined;
  if (fields === 'carried') return fields;
  if (typeof fields !== 'object' || Array.isArray(fields)) {
    throw invalid('fields', "must be 'carried', or an object of header lists.");
  }
  return fields as ListedValues;
}

/** The properties of `msg.norce` by which a message overrides its node. */
export const wishNames = ['accountId', 'supplierId', 'fullFile', 'fields'] as const;

/** What a message asks for beside that. */
const wishes = [...wishNames, 'force'] as const;

/** What a message asked for in its `msg.norce`, and nothing else of it. */
export function messageWishes(norce: unknown): Record<string, unknown> {
  const given = (norce ?? {}) as NodeProperties;
  return Object.fromEntries(
    wishes.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
}

/**
 * The options for one message: its `msg.norce`, else the node, else the connection.
 *
 * @throws ConnectError `OPTION_INVALID`, `FULL_FILE_NOT_ALLOWED`, `ACCOUNT_ID_MISSING`.
 */
export function messageOptions(
  settings: ImportSettings,
  connection: Pick<OpenConnection, 'accountId' | 'maximumItems' | 'maximumBytes'>,
  norce: unknown,
): PrepareOptions {
  if (norce !== undefined && norce !== null && (typeof norce !== 'object' || Array.isArray(norce))) {
    throw new ConnectError('OPTION_INVALID', 'msg.norce must be an object.');
  }
  const given = (norce ?? {}) as NodeProperties;
  const accountId = messageId(given, 'accountId') ?? settings.accountId ?? connection.accountId;
  if (accountId === undefined) {
    throw new ConnectError(
      'ACCOUNT_ID_MISSING',
      'Name a system account (AccountId) in the connection, the node or the message.',
    );
  }
  const hasSupplier = 'supplier' in imports[settings.import];
  const supplierId = hasSupplier ? (messageId(given, 'supplierId') ?? settings.supplierId) : undefined;
  const fields = messageFields(given);
  return {
    import: settings.import,
    accountId,
    ...(supplierId === undefined ? {} : { supplierId }),
    fullFile: messageFullFile(given, settings.fullFile),
    fields: fields ?? settings.fields,
    clear: fields === undefined ? settings.clear : {},
    switches: settings.switches,
    unknownProperties: settings.unknownProperties,
    maximumItems: connection.maximumItems,
    maximumBytes: connection.maximumBytes,
  };
}
