// Child processes, as the scripts start them: from the project's root, with the tools of node_modules.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup.mjs';

const windows = process.platform === 'win32';

/** What the tools print goes through a pipe, so they are told whether there are eyes and colours at its end. */
const colours = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };

/** The path of a command that an installed package brings. */
export const tool = (name) => join(root, 'node_modules', '.bin', windows ? `${name}.cmd` : name);

/**
 * Runs a program to its end: `{ code, output }`, output being what it printed on both streams. `show` also passes that on as it comes;
 * after `seconds` the program is ended and its code is 124.
 */
export function run(program, args, { show = false, seconds = 600, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...colours, ...env },
      shell: windows && program.endsWith('.cmd'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      output += `\nended after ${seconds} s\n`;
      child.kill();
      setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
    }, seconds * 1000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += data;
        if (show) process.stdout.write(data);
      });
    }
    const end = (code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : code, output });
    };
    child.on('error', (error) => {
      output += `${program}: ${error.message}\n`;
      end(127);
    });
    child.on('close', (code) => end(code ?? 1));
  });
}
