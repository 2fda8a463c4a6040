/**
 * The part of Node-RED's editor that the dialogs use, with types.
 */

import type { ExportedNode } from './direct-feeds.ts';

/** A node in the editor, with what its definition and the dialogs need. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  /** Looks up a text in the node's message catalogue; gives the key back where there is none. */
  readonly _: (key: string, values?: Readonly<Record<string, string | number>>) => string;
}

/** A node that was found in the workspace. */
export interface FoundNode {
  readonly id: string;
  readonly name?: string;
  readonly connection?: string;
  readonly collection?: string;
}

/** A row of tabs. */
export interface Tabs {
  addTab(tab: { readonly id: string; readonly label: string }): void;
}

/** What the dialogs use of the global `RED`. */
export interface EditorApi {
  readonly tabs: {
    create(options: { readonly id: string; readonly onchange: (tab: { readonly id: string }) => void }): Tabs;
  };
  readonly nodes: {
    node(id: string): { readonly accountId?: unknown } | null | undefined;
    /** All tabs, subflows and nodes, as an export holds them. */
    createCompleteNodeSet(options: { readonly credentials: boolean }): readonly ExportedNode[];
    /** All nodes of a type, in every flow and subflow. */
    filterNodes(filter: { readonly type: string }): readonly FoundNode[];
  };
  readonly utils: {
    /** How the canvas names a node. */
    getNodeLabel(node: object | null | undefined, otherwise: string): string;
  };
  readonly settings: {
    /** Path below which Node-RED takes requests for flows. */
    readonly httpNodeRoot: string;
  };
  readonly clipboard: {
    /** Copies a text, and says so beside an element. */
    copyText(text: string, beside: JQuery, message: string): boolean;
  };
}

/** A field that offers several kinds of values. */
export interface TypedInputOptions {
  readonly default: string;
  readonly types: readonly string[];
  /** Selector of the hidden field that keeps the kind. */
  readonly typeField: string;
}

/** What the dialogs use of jQuery's elements. */
export interface JQuery {
  typedInput(options: TypedInputOptions): void;
  typedInput(property: 'value'): string;
  typedInput(property: 'value', value: string): void;
}

/** Settings of a request to Node-RED's admin API. */
export interface AdminRequest {
  readonly url: string;
  readonly method: 'POST';
  readonly contentType: string;
  readonly data: string;
  readonly dataType: 'json';
}

/** A failed request to Node-RED's admin API. */
export interface AdminFailure {
  /** 0 when Node-RED did not answer. */
  readonly status: number;
}

declare global {
  const RED: EditorApi;
  /** jQuery as the editor sets it up: its requests carry the user's login. */
  const $: {
    (element: string | HTMLElement): JQuery;
    ajax(request: AdminRequest): PromiseLike<unknown>;
  };
}
