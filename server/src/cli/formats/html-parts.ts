/** The HTML report's own style and script; the replay page brings its own. */

export const STYLE = `
:root { color-scheme: light dark; }
.report { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 1rem; }
.report h1 { font-size: 1.4rem; } .report h2 { font-size: 1.15rem; margin-top: 2rem; } .report h3 { font-size: 1rem; margin: 0; }
.report article { border-left: 4px solid #6b7280; margin: 1rem 0; padding: .25rem 1rem; }
.report .error { border-color: #c62828; } .report .warning { border-color: #b26a00; } .report .note { border-color: #1565c0; }
.report .where { color: GrayText; font-size: .9em; margin: .25rem 0; padding: 0; }
.report pre { overflow-x: auto; font: 13px/1.4 ui-monospace, monospace; margin: .5rem 0; padding: .5rem;
  background: color-mix(in srgb, CanvasText 6%, Canvas); }
.report pre i { font-style: normal; color: GrayText; user-select: none; }
.report pre .added { color: light-dark(#116329, #7ee787); } .report pre .removed { color: light-dark(#a40e26, #ffa198); }
.report pre .caret { color: light-dark(#c62828, #ff8a80); font-weight: bold; }
.report button { font: inherit; cursor: pointer; }
#replay { border-top: 1px solid GrayText; margin-top: 2rem; min-height: 420px; }
`;

/** Tells the replay page which run's button was pressed. */
export const HOST = `
for (const button of document.querySelectorAll('button[data-run]'))
  button.addEventListener('click', () => {
    window.postMessage({ openRun: Number(button.dataset.run) }, '*');
    document.getElementById('replay').scrollIntoView();
  });
`;
