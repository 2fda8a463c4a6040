/**
 * Node-RED's editor in a browser, with the moves that the tests make.
 */
import type { Browser, Locator, Page } from 'playwright-core';
import type { FlowNodes, NodeRed } from '../support/node-red.ts';

/** Node-RED's colour themes. */
export type Theme = 'light' | 'dark';

/** Somebody who signs in. */
export interface User {
  readonly name: string;
  readonly password: string;
}

/** How the editor is opened; each default is given. */
export interface Visit {
  /** What the browser prefers. Default: light. */
  readonly theme?: Theme;
  /** Who signs in. Default: nobody. */
  readonly user?: User;
}

/** What the tests call on the page's `RED`. */
interface PageRed {
  readonly nodes: {
    import(nodes: FlowNodes): unknown;
    node(id: string): PageNode;
    getType(type: string): PageType | undefined;
    getNodeHelp(type: string): string;
    createCompleteNodeSet(options?: { readonly credentials: boolean }): FlowNodes;
    dirty(isDirty: boolean): void;
  };
  readonly editor: {
    edit(node: PageNode): void;
    editConfig(property: string, type: string, id: string): void;
    validateNode(node: PageNode): boolean;
  };
  readonly view: { redraw(): void };
  readonly actions: { invoke(name: string): void };
  readonly workspaces: { count(): number };
}

interface PageType {
  readonly defaults: Readonly<Record<string, { readonly validate?: unknown }>>;
}

interface PageNode {
  readonly validationErrors?: readonly string[];
}

declare global {
  var RED: PageRed;
  interface Window {
    readonly norceConnect?: object;
  }
}

/** Milliseconds that a step may take on a busy machine. */
const longestWait = 90_000;

/** What WCAG asks for small text. */
const leastContrast = 4.5;

/** Runs in the page. */
function findFaultsOfText(least: number): string[] {
  type Colour = readonly [number, number, number, number];
  const colourOf = (text: string): Colour => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, alpha];
  };
  const luminance = ([red, green, blue]: Colour): number => {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): Colour => {
    if (element === null) return [255, 255, 255, 1];
    const colour = colourOf(getComputedStyle(element).backgroundColor);
    return colour[3] > 0 ? colour : behind(element.parentElement);
  };
  const faults: string[] = [];
  const dialog = [...document.querySelectorAll('.norce-dialog')].at(-1);
  if (dialog === undefined) return ['There is no dialog.'];
  for (const element of dialog.querySelectorAll(
    'label, span, small, b, div, p, legend, summary, code, option',
  )) {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const text = own
      .map((node) => node.textContent?.trim())
      .join(' ')
      .trim();
    if (text === '') continue;
    if (/^norce-|__|undefined/.test(text)) faults.push(`no text: ${text}`);
    if (!(element as HTMLElement).checkVisibility() || element instanceof HTMLOptionElement) continue;
    if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline') {
      faults.push(`cut off: ${text}`);
    }
    const levels = [luminance(colourOf(getComputedStyle(element).color)), luminance(behind(element))].sort(
      (a, b) => b - a,
    ) as [number, number];
    const contrast = (levels[0] + 0.05) / (levels[1] + 0.05);
    // Node-RED paints its buttons itself.
    if (contrast < least && element.closest('.red-ui-button') === null)
      faults.push(`contrast ${contrast.toFixed(1)}: ${text}`);
  }
  return faults;
}

/** One open editor. */
export class Editor {
  readonly page: Page;
  /** What went wrong on the page: exceptions, console errors, requests that failed. */
  readonly problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  /** Opens the editor and waits until it can be used, whether our nodes are there or not. */
  static async open(
    browser: Browser,
    nodeRed: NodeRed,
    { theme = 'light', user }: Visit = {},
  ): Promise<Editor> {
    const context = await browser.newContext({
      viewport: { width: 1500, height: 1000 },
      colorScheme: theme,
      locale: 'en-US',
    });
    context.setDefaultTimeout(longestWait);
    await context.addInitScript((wanted) => localStorage.setItem('view-dark-theme', wanted), theme);
    // The editor asks for news and avatars out there; tests need no network.
    await context.route(
      (url: URL) => url.origin !== nodeRed.url,
      (route) => route.fulfill({ body: '' }),
    );
    const editor = new Editor(await context.newPage());
    await editor.page.goto(`${nodeRed.adminUrl}/`);
    if (user !== undefined) await editor.#signIn(user);
    await editor.page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    await editor.page.waitForFunction(() => RED.workspaces.count() > 0);
    return editor;
  }

  /** Waits until the editor has the node types given. */
  async types(types: readonly string[]): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => wanted.every((type) => RED.nodes.getType(type) !== undefined),
      types,
    );
  }

  /** Waits until the editor has the code that the dialogs share. */
  async dialogCode(): Promise<void> {
    await this.page.waitForFunction(() => window.norceConnect !== undefined);
  }

  /** The theme that the page is shown in. */
  async theme(): Promise<Theme> {
    return this.page.evaluate(() =>
      document.documentElement.classList.contains('nr-theme-dark') ? 'dark' : 'light',
    );
  }

  /** The dialog that lies on top. */
  get dialog(): Locator {
    return this.page.locator('.red-ui-tray').last();
  }

  field(property: string): Locator {
    return this.page.locator(`#node-input-${property}`);
  }

  /** The text beside the kind of a job id. */
  get jobIdText(): Locator {
    return this.dialog.locator('#norce-job-id .red-ui-typedInput-input');
  }

  /** Chooses the kind of a job id by its label. */
  async chooseType(label: string): Promise<void> {
    await this.dialog.locator('#norce-job-id .red-ui-typedInput-type-select').click();
    await this.page.locator('.red-ui-typedInput-options:visible').getByText(label).click();
  }

  configField(property: string): Locator {
    return this.page.locator(`#node-config-input-${property}`);
  }

  /** Puts nodes on the canvas, as pasting does. */
  async add(nodes: FlowNodes): Promise<void> {
    await this.page.evaluate((given) => {
      RED.nodes.import(given);
      RED.nodes.dirty(true);
      RED.view.redraw();
    }, nodes);
  }

  async edit(id: string): Promise<void> {
    await this.page.evaluate((wanted) => RED.editor.edit(RED.nodes.node(wanted)), id);
    await this.#opened();
  }

  async editConfig(id: string): Promise<void> {
    await this.page.evaluate((wanted) => RED.editor.editConfig('', 'norce-connect-config', wanted), id);
    await this.#opened();
  }

  /** Shows the tab of a dialog. */
  async tab(name: string): Promise<void> {
    const tab = this.dialog.locator('.norce-tabs li', { hasText: name });
    // Node-RED ignores a click that comes within 400 ms of the last, on another tab too.
    while (!(await tab.getAttribute('class'))?.includes('active')) {
      await tab.click();
      await this.page.waitForTimeout(50);
    }
  }

  async done(): Promise<void> {
    await this.#close('#node-dialog-ok, #node-config-dialog-ok');
  }

  async cancel(): Promise<void> {
    await this.#close('#node-dialog-cancel, #node-config-dialog-cancel');
  }

  /** Why Node-RED holds a node for not set up, in words; empty where it is. */
  async reasons(id: string): Promise<readonly string[]> {
    return this.page.evaluate((wanted) => {
      const node = RED.nodes.node(wanted);
      RED.editor.validateNode(node);
      return node.validationErrors ?? [];
    }, id);
  }

  /** Properties of a node type that have a validator of their own. */
  async validated(type: string): Promise<readonly string[]> {
    return this.page.evaluate((wanted) => {
      const defaults = Object.entries(RED.nodes.getType(wanted)?.defaults ?? {});
      return defaults.filter(([, { validate }]) => validate !== undefined).map(([property]) => property);
    }, type);
  }

  /** All nodes as an export holds them, without credentials. */
  async exported(): Promise<FlowNodes> {
    return this.page.evaluate(() => RED.nodes.createCompleteNodeSet({ credentials: false }));
  }

  /** All flows as the export dialog of Node-RED gives them. */
  async exportText(): Promise<string> {
    await this.#invoke('core:show-export-dialog');
    await this.page.locator('#red-ui-clipboard-dialog-export-rng-full').click();
    const text = await this.page.locator('#red-ui-clipboard-dialog-export-text').inputValue();
    await this.page.locator('#red-ui-clipboard-dialog-cancel').click();
    return text;
  }

  /** Takes flows in through the import dialog of Node-RED. */
  async importText(text: string): Promise<void> {
    await this.#invoke('core:show-import-dialog');
    const field = this.page.locator('#red-ui-clipboard-dialog-import-text');
    await field.fill(text);
    // The dialog looks at what it got when a key goes up.
    await field.press('End');
    await this.page.locator('#red-ui-clipboard-dialog-ok').click();
    await field.waitFor({ state: 'hidden' });
  }

  /** The help of a node type, as HTML. */
  async help(type: string): Promise<string> {
    return this.page.evaluate((wanted) => RED.nodes.getNodeHelp(wanted), type);
  }

  /** Texts of the dialog that are cut off, missing, or hard to tell from what is behind them. */
  async faultsOfText(): Promise<readonly string[]> {
    return this.page.evaluate(findFaultsOfText, leastContrast);
  }

  async deploy(): Promise<void> {
    const answered = this.page.waitForResponse(
      (response) => response.url().endsWith('/flows') && response.request().method() === 'POST',
    );
    await this.page.locator('#red-ui-header-button-deploy:not(.disabled)').click();
    await answered;
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  async #signIn({ name, password }: User): Promise<void> {
    await this.page.locator('#node-dialog-login-username').fill(name);
    await this.page.locator('#node-dialog-login-password').fill(password);
    // Until now Node-RED refused all that was asked for, and the browser writes that down.
    this.problems.length = 0;
    await this.page.locator('#node-dialog-login-submit').click();
  }

  async #invoke(action: string): Promise<void> {
    await this.page.evaluate((name) => RED.actions.invoke(name), action);
  }

  async #opened(): Promise<void> {
    await this.dialog.locator('.norce-dialog').waitFor();
    await this.#settled();
  }

  /** The editor ignores clicks while a dialog slides in or out. The page's own timer waits as long as the page does. */
  async #settled(): Promise<void> {
    await this.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 350)));
  }

  async #close(button: string): Promise<void> {
    const open = await this.page.locator('.red-ui-tray').count();
    await this.page.locator(button).last().click();
    await this.page.waitForFunction(
      (before) => document.querySelectorAll('.red-ui-tray').length < before,
      open,
    );
    await this.#settled();
  }
}
