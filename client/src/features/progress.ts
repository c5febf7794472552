// Progress at the foot of the window for a review that takes longer than a second; the status item cancels it.
import * as vscode from 'vscode';
import { type Context, setContext } from '../context.ts';

/** Milliseconds after which a person begins to wonder. */
const PATIENCE = 1000;

export function activate({ extension, reviews }: Context): void {
  const timers = new Map<string, NodeJS.Timeout>();

  const show = (uri: string): void => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'MKTME: reviewing' },
      (progress) =>
        new Promise<void>((resolve) => {
          const listener = reviews.onChange(() => {
            if (reviews.stateOf(uri) === 'reviewing') {
              const at = reviews.progressOf(uri);
              if (at !== undefined) progress.report({ message: `patch ${at.done + 1} of ${at.total}` });
              return;
            }
            listener.dispose();
            resolve();
          });
        }),
    );
  };

  const follow = (uri: string): void => {
    const isRunning = reviews.stateOf(uri) === 'reviewing';
    setContext('mktme.reviewing', reviews.running().length > 0);
    const timer = timers.get(uri);
    if (isRunning && timer === undefined)
      timers.set(
        uri,
        setTimeout(() => show(uri), PATIENCE),
      );
    else if (!isRunning) {
      clearTimeout(timer);
      timers.delete(uri);
    }
  };

  extension.subscriptions.push(reviews.onChange(follow), {
    dispose: () => {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  });
}
