/**
 * Compiles the contract's schemas into plain functions, so that the package needs no ajv at run time.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _, Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { formats } from '../../src/contract/formats.ts';
import { allSchemas, rootSchemas } from '../../src/contract/schemas.ts';

const target = fileURLToPath(new URL('../../src/contract/generated/validators.ts', import.meta.url));

const heading = `/**
 * Made by the build from src/contract/schemas.ts. Do not edit.
 */
// @ts-nocheck
import { formats } from '../formats.ts';

`;

/** Writes src/contract/generated/validators.ts. Throws when the code would need ajv at run time. */
export async function buildValidators(): Promise<void> {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    // .NET and SQL Server count UTF-16 code units, as String.length does.
    unicode: false,
    logger: false,
    formats: { ...formats },
    schemas: [...allSchemas()],
    code: { source: true, esm: true, lines: false, formats: _`formats` },
  });
  const exported = Object.entries(rootSchemas()).map(([name, id]) => [name.replaceAll('-', '_'), id]);
  const code = standaloneCode.default(ajv, Object.fromEntries(exported));
  if (/\brequire\(/.test(code)) throw new Error('The compiled validators need a module at run time.');
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, heading + code.replace(/^"use strict";/, ''));
}
