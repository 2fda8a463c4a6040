/**
 * All that is used of `node:sqlite`: a thin layer, because the module is young and may change.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** A value that a statement takes. Booleans are numbers in SQLite. */
export type Value = SQLInputValue;

function loadModule(): typeof import('node:sqlite') {
  // Node.js 22 warns that the module is experimental; its users can do nothing about that.
  const original = process.emitWarning;
  const filtered = (warning: string | Error, ...rest: unknown[]) => {
    const isExpected = rest[0] === 'ExperimentalWarning' && String(warning).includes('SQLite');
    if (!isExpected) Reflect.apply(original, process, [warning, ...rest]);
  };
  process.emitWarning = filtered;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = original;
  }
}

/** One open database. Every method throws what SQLite says; see `faults.ts`. */
export class Database {
  readonly #database: DatabaseSync;
  /** A statement that nobody refers to is finalised by the garbage collector, sooner or later. */
  readonly #statements = new Map<string, StatementSync>();

  /** Opens a file, or makes an empty one; `:memory:` for one that is nowhere. */
  constructor(file: string) {
    const { DatabaseSync } = loadModule();
    this.#database = new DatabaseSync(file);
  }

  /** Runs statements without values. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs one statement and says what it changed. */
  run(sql: string, ...values: Value[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values);
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  /** The first row of a query; the caller vouches for its shape. */
  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  /** All rows of a query; the caller vouches for their shape. */
  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  /** Lets go of the file. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
