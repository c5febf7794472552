import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The panel's HTML: the built page and nothing else. Data comes by message; the policy allows one script, by nonce. */
export function replayPage(webview: vscode.Webview, dist: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(vscode.Uri.joinPath(dist, 'replay.js'));
  const style = webview.asWebviewUri(vscode.Uri.joinPath(dist, 'replay.css'));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    'img-src data:',
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Replay</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<div id="replay"></div>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
