// Restores the scripts of others and copies what package.json lists under edgefleet.copy into ../wwwroot/lib.
// The build calls it. Two builds of one working copy may do so at the same time: the second waits for the first, and
// then finds nothing left to do.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const lib = join(here, '..', 'wwwroot', 'lib');
const stamp = join(lib, '.restored');
const lock = join(lib, '.restoring');
const sources = ['package.json', 'package-lock.json', 'restore.mjs'].map(name => join(here, name));
const copies = Object.entries(JSON.parse(readFileSync(sources[0], 'utf8')).edgefleet.copy);

// A restore takes seconds; a lock this old was left behind by a build that was killed.
const staleLockMs = 5 * 60 * 1000;
const longestWaitMs = 10 * 60 * 1000;
const pollMs = 200;

function fail(message) {
  // The form that MSBuild takes for an error of its own: one line in the build's summary.
  console.error(`EdgeFleet.Service : error WEB001: ${message}`);
  process.exit(1);
}

function isFresh() {
  if (!existsSync(stamp) || copies.some(([, name]) => !existsSync(join(lib, name)))) return false;
  const made = statSync(stamp).mtimeMs;
  return sources.every(source => statSync(source).mtimeMs <= made);
}

function takeLock() {
  mkdirSync(lib, { recursive: true });
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < longestWaitMs; waited += pollMs) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`The lock ${lock} cannot be made: ${error.message}`);
    }
    try {
      if (Date.now() - statSync(lock).mtimeMs > staleLockMs) rmSync(lock, { recursive: true, force: true });
    } catch {
      // It was released between the two looks.
    }
    Atomics.wait(sleeper, 0, 0, pollMs);
  }
  fail(`Another build holds ${lock} for too long; remove it where none is running.`);
}

function restore() {
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'],
    { cwd: here, encoding: 'utf8', shell: process.platform === 'win32' });
  if (npm.error) return `npm was not found beside node (${npm.error.code}); install it and build again.`;
  if (npm.status !== 0) {
    const reason = (npm.stderr || npm.stdout).split('\n').filter(line => /error/i.test(line)).slice(0, 3).join(' ').trim();
    return `npm ci failed in fleet-service/Web: ${reason || 'exit code ' + npm.status}`;
  }
  const now = new Date();
  for (const [source, name] of copies) {
    copyFileSync(join(here, 'node_modules', source), join(lib, name));
    utimesSync(join(lib, name), now, now);
  }
  writeFileSync(stamp, '');
  return null;
}

takeLock();
let problem = null;
try {
  if (!isFresh()) problem = restore();
} finally {
  rmSync(lock, { recursive: true, force: true });
}
if (problem) fail(problem);
