/**
 * Hands the dialogs their functions: the html of a node cannot import a module, but can call a global.
 */
import { prepareAccumulatorDialog, saveAccumulatorDialog } from './accumulator-dialog.ts';
import { prepareConnectionDialog } from './connection-dialog.ts';
import { prepareEventDialog } from './event-dialog.ts';
import { prepareImportDialog, saveImportDialog } from './import-dialog.ts';
import { prepareJobDialog } from './job-dialog.ts';

/** What the html of the nodes may call when a dialog opens or closes. */
export interface NorceConnectEditor {
  readonly prepareConnectionDialog: typeof prepareConnectionDialog;
  readonly prepareImportDialog: typeof prepareImportDialog;
  readonly saveImportDialog: typeof saveImportDialog;
  readonly prepareAccumulatorDialog: typeof prepareAccumulatorDialog;
  readonly saveAccumulatorDialog: typeof saveAccumulatorDialog;
  readonly prepareJobDialog: typeof prepareJobDialog;
  readonly prepareEventDialog: typeof prepareEventDialog;
}

declare global {
  interface Window {
    norceConnect?: NorceConnectEditor;
  }
}

window.norceConnect = {
  prepareConnectionDialog,
  prepareImportDialog,
  saveImportDialog,
  prepareAccumulatorDialog,
  saveAccumulatorDialog,
  prepareJobDialog,
  prepareEventDialog,
};
