// "MKTME: Replay": one panel beside the patch. It follows the patch: an edit that was reviewed shows the new run.
import * as vscode from 'vscode';
import type { ReplayTarget } from '../../../server/src/lsp/protocol.ts';
import type { Context } from '../context.ts';
import type { HostToPage, PageToHost, ReplayVariant } from '../replay-messages.ts';
import { replayPage } from '../replay-page.ts';
import { revealLine, save } from './replay-actions.ts';

const VIEW = 'mktme.replay';
/** Where a window that is opened again finds what the panel showed. */
const MEMENTO = 'mktme.replay.shown';

/** What the panel shows, as data. */
interface Shown {
  readonly uri: string;
  readonly patch: number;
  readonly scenario: string;
  readonly variant: ReplayVariant;
  readonly compare: { readonly scenario: string; readonly variant: ReplayVariant } | null;
  /** 0-based line of the patch that it was opened from. */
  readonly line: number | null;
}

export function activate(context: Context): void {
  const replay = createReplay(context);
  context.extension.subscriptions.push(
    vscode.commands.registerCommand('mktme.replay', (target?: Partial<ReplayTarget>) => replay.open(target)),
    vscode.window.registerWebviewPanelSerializer(VIEW, {
      deserializeWebviewPanel: async (panel) => replay.restore(panel),
    }),
    context.reviews.onChange((uri) => replay.reviewed(uri)),
  );
}

function createReplay(context: Context) {
  const { extension, server, reviews, log } = context;
  let panel: vscode.WebviewPanel | null = null;
  let shown: Shown | null = null;
  let isReady = false;
  /** Counts what was asked for, so that an answer that comes late is dropped. */
  let turn = 0;

  const post = (message: HostToPage): void => void panel?.webview.postMessage(message);

  function show(next: Shown): void {
    shown = next;
    void extension.workspaceState.update(MEMENTO, next);
    void draw();
  }

  /** Asks for the run that is to be shown and hands it to the page. */
  async function draw(): Promise<void> {
    const wanted = shown;
    if (wanted === null || panel === null || !isReady) return;
    turn += 1;
    const mine = turn;
    await ensureOpen(wanted.uri);
    const { uri, patch, compare } = wanted;
    const [replay, list, other] = await Promise.all([
      server.request('mktme/replay', { uri, patch, scenario: wanted.scenario, variant: wanted.variant }),
      server.request('mktme/scenarios', { uri, patch }),
      compare === null ? null : server.request('mktme/replay', { uri, patch, ...compare }),
    ]);
    if (mine !== turn) return;
    if (replay === null && wanted.variant === 'unpatched') {
      vscode.window.setStatusBarMessage('MKTME: without the patch there is no such run', 5000);
      show({ ...wanted, variant: 'patched' });
      return;
    }
    if (replay === null) {
      post({ type: 'nothing', reason: 'The patch no longer leads to this run.' });
      return;
    }
    panel.title = `Replay: ${wanted.scenario}`;
    post({
      type: 'show',
      replay,
      ...(other === null ? {} : { compare: other }),
      scenarios: list?.scenarios ?? [],
      selected: wanted.scenario,
      variant: wanted.variant,
      patchedOnly: list?.patchedOnly ?? [],
      ...(wanted.line === null ? {} : { line: wanted.line + 1 }),
    });
  }

  function receive(message: PageToHost): void {
    if (message.type === 'ready') {
      isReady = true;
      void draw();
      return;
    }
    if (shown === null) return;
    switch (message.type) {
      case 'select-scenario':
        show({ ...shown, scenario: message.id, line: null });
        return;
      case 'select-variant':
        show({ ...shown, variant: message.variant });
        return;
      case 'compare':
        show({
          ...shown,
          compare: message.id === null ? null : { scenario: message.id, variant: message.variant ?? shown.variant },
        });
        return;
      case 'reveal-line':
        void revealLine(shown.uri, message.patchLine);
        return;
      case 'copy-text':
        void vscode.env.clipboard.writeText(message.text);
        return;
      case 'save':
        void save(shown.scenario, message).catch((error: unknown) =>
          log.error(`The replay was not saved: ${String(error)}`),
        );
        return;
    }
  }

  function adopt(adopted: vscode.WebviewPanel): void {
    panel = adopted;
    isReady = false;
    const { webview } = adopted;
    const dist = vscode.Uri.joinPath(extension.extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage(receive);
    adopted.iconPath = vscode.Uri.joinPath(extension.extensionUri, 'images', 'icon.png');
    adopted.onDidDispose(() => {
      if (panel === adopted) panel = null;
    });
    webview.html = replayPage(webview, dist);
  }

  return {
    /** Opens what is meant by the target; without one, the run that belongs to the cursor of the active patch. */
    async open(target: Partial<ReplayTarget> | undefined): Promise<void> {
      const editor = vscode.window.activeTextEditor;
      const uri = target?.uri ?? editor?.document.uri.toString();
      if (uri === undefined) return;
      const line = target?.uri === undefined ? editor?.selection.active.line : target.line;
      await ensureOpen(uri);
      const wanted = { ...target, uri, ...(line === undefined ? {} : { line }) };
      const list = await server.request('mktme/scenarios', pickTarget(wanted));
      if (list === null || list.first === null) {
        vscode.window.setStatusBarMessage('MKTME: nothing of this patch was run, so there is no replay', 5000);
        return;
      }
      if (panel === null) {
        const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false };
        adopt(vscode.window.createWebviewPanel(VIEW, 'Replay', column, { enableScripts: true }));
      } else panel.reveal(undefined, false);
      show({ uri, patch: list.patch, scenario: list.first, variant: 'patched', compare: null, line: line ?? null });
    },
    restore(restored: vscode.WebviewPanel): void {
      const last = extension.workspaceState.get<Shown>(MEMENTO);
      if (last === undefined || panel !== null) {
        restored.dispose();
        return;
      }
      shown = last;
      adopt(restored);
    },
    reviewed(uri: string): void {
      if (shown?.uri === uri && reviews.stateOf(uri) === 'reviewed') void draw();
    },
  };
}

/** Only what the protocol knows: tree items are passed as targets and carry more. */
const pickTarget = ({ uri, patch, scenario, line }: ReplayTarget): ReplayTarget => ({
  uri,
  ...(patch === undefined ? {} : { patch }),
  ...(scenario === undefined ? {} : { scenario }),
  ...(line === undefined ? {} : { line }),
});

/** The server only knows open documents. A file that is gone is no error: its run is simply not there. */
async function ensureOpen(uri: string): Promise<void> {
  await vscode.workspace.openTextDocument(vscode.Uri.parse(uri)).then(undefined, () => undefined);
}
