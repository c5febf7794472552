// `npm run screenshots [NAME...]`: takes the pictures of docs/ from a real VS Code.
import { build } from './build.mjs';
import { bundleVSCodeTests } from './bundles.mjs';
import { run } from './process.mjs';
import { setup } from './setup.mjs';

setup();
await build().catch(() => process.exit(1));
await bundleVSCodeTests();
const { code } = await run(process.execPath, ['out/vscode/tour.mjs', ...process.argv.slice(2)], { show: true });
process.exit(code);
