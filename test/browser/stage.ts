/**
 * Plays each test of the dialogs on every line of Node-RED.
 */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import {
  type Installer,
  linked,
  NodeRed,
  type NodeRedLine,
  type NodeRedOptions,
  nodeRedLines,
} from '../support/node-red.ts';
import { launchBrowser } from './chromium.ts';
import { Editor, type Theme, type User } from './editor.ts';
import { nodeTypes } from './nodes.ts';

/** What one test has for itself on one line of Node-RED. */
export class Stage {
  readonly line: NodeRedLine;
  readonly nodeRed: NodeRed;
  readonly #browser: Browser;
  readonly #user: User | undefined;
  readonly #editors: Editor[] = [];

  constructor(line: NodeRedLine, nodeRed: NodeRed, browser: Browser, user: User | undefined) {
    this.line = line;
    this.nodeRed = nodeRed;
    this.#browser = browser;
    this.#user = user;
  }

  /** Opens the editor on empty flows. */
  async open(theme?: Theme): Promise<Editor> {
    await this.nodeRed.deploy([]);
    return this.reopen(theme);
  }

  /** Opens the editor on the flows as they are. */
  async reopen(theme?: Theme): Promise<Editor> {
    const editor = await this.visit(theme);
    await Promise.all([editor.types(nodeTypes), editor.dialogCode()]);
    return editor;
  }

  /** Opens the editor as it is, be our nodes there or not. */
  async visit(theme?: Theme): Promise<Editor> {
    const editor = await Editor.open(this.#browser, this.nodeRed, {
      ...(theme === undefined ? {} : { theme }),
      ...(this.#user === undefined ? {} : { user: this.#user }),
    });
    this.#editors.push(editor);
    return editor;
  }

  /** Closes all editors; fails when a page had an error. */
  async close(): Promise<void> {
    await Promise.all(this.#editors.map((editor) => editor.close()));
    for (const { problems } of this.#editors) assert.deepEqual(problems, []);
  }
}

/** Defines a test that runs on every line of Node-RED. */
export type StageTest = (title: string, play: (stage: Stage) => Promise<void>) => void;

/** How the Node-RED of each line is set up; each default is given. */
export interface StageOptions {
  /** Environment variables of Node-RED, asked for before it starts. Default: none more than the tests have. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: {@link linked}. */
  readonly install?: Installer;
  /** Default: none more than the tests need. */
  readonly settings?: NonNullable<NodeRedOptions['settings']>;
  /** Who signs in, where the settings ask for it. Default: nobody. */
  readonly user?: User;
}

/**
 * A suite in which each test is reported per line of Node-RED. A test plays on all lines at once, because most of
 * its time goes by while dialogs slide in and out.
 */
export function describeOnEachLine(
  title: string,
  define: (test: StageTest) => void,
  { environment = {}, install = linked, settings = {}, user }: StageOptions = {},
): void {
  describe(title, function () {
    // Other browsers may work beside this one.
    this.timeout(300_000);
    const nodeReds = new Map<NodeRedLine, NodeRed>();
    let browser: Browser;

    before(async () => {
      await Promise.all([
        launchBrowser().then((launched) => {
          browser = launched;
        }),
        ...nodeRedLines.map(async (line) => {
          const nodeRed = await NodeRed.start(environment, { install, line, settings });
          nodeReds.set(line, nodeRed);
          if (user !== undefined) await nodeRed.signIn(user.name, user.password);
          // Node-RED 5 shows a tip a second after it has begun to load, which throws where the sidebar comes later.
          await nodeRed.choose({ editor: { view: { 'view-show-tips': false } } });
        }),
      ]);
    });

    after(async () => {
      await browser?.close();
      await Promise.all([...nodeReds.values()].map((nodeRed) => nodeRed.stop()));
    });

    async function playOn(line: NodeRedLine, play: (stage: Stage) => Promise<void>): Promise<void> {
      const nodeRed = nodeReds.get(line);
      assert.ok(nodeRed !== undefined);
      const stage = new Stage(line, nodeRed, browser, user);
      await play(stage).finally(() => stage.close());
    }

    define((name, play) => {
      let playing: ReadonlyMap<NodeRedLine, Promise<readonly PromiseSettledResult<void>[]>> | undefined;
      for (const line of nodeRedLines) {
        it(`${name} (Node-RED ${line})`, async () => {
          playing ??= new Map(nodeRedLines.map((each) => [each, Promise.allSettled([playOn(each, play)])]));
          const [result] = (await playing.get(line)) ?? [];
          if (result?.status === 'rejected') throw result.reason;
        });
      }
    });
  });
}
