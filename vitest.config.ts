import { existsSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
// A path here makes the run leave its totals as JSON beside its usual output.
const report = process.env.TEST_REPORT;

/** What a file does that changes a whole process for files after it, or that files before it would change. */
const NEEDS_OWN_PROCESS =
  /vi\.mock|stubGlobal|useFakeTimers|register\w*Openers|use(Native|Node)Codecs|process\.(on|chdir|memoryUsage)\b/;
/** Where most files do so: openers, codecs, locks, WebAssembly, and programs that are started. */
const OWN_PROCESS_ROOMS = [
  "apps/cli",
  "packages/io-h5",
  "packages/io-vendor",
  "packages/kernels",
  "packages/stores",
  "test",
];

const NEVER_COMES = 600_000;

// Commands bring each file to the disk before they go on, hundreds of times in a run: where there is room, temporary
// folders lie in memory. TMPDIR puts them elsewhere.
const MEMORY = "/dev/shm";
const inMemory = process.env.TMPDIR === undefined && existsSync(MEMORY) && freeBytes(MEMORY) > 4 * 2 ** 30;

const [ownProcess, sharing] = [[], []] as string[][];
for (const room of ["packages", "apps", "test"]) {
  for (const name of readdirSync(`${root}${room}`, { recursive: true, encoding: "utf8" }).sort()) {
    const file = `${room}/${name.replaceAll("\\", "/")}`;
    if (!/^(?:(?:packages|apps)\/[^/]+\/)?test\/.*\.test\.ts$/.test(file)) continue;
    const isAlone =
      OWN_PROCESS_ROOMS.some((own) => file.startsWith(`${own}/`)) ||
      NEEDS_OWN_PROCESS.test(readFileSync(`${root}${file}`, "utf8"));
    (isAlone ? ownProcess : sharing).push(file);
  }
}

// Tests read the packages' sources, so that a failing line is the line one edits; the built files are tried
// through the command line and by the packed-package test.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@flashdeconv\/([^/]+)$/, replacement: `${root}packages/$1/src/index.ts` },
      { find: "@flashdeconv/pipeline/internal", replacement: `${root}packages/pipeline/src/internal.ts` },
      {
        find: /^@flashdeconv\/pipeline\/(page-.+)$/,
        replacement: `${root}packages/pipeline/src/platform/web/$1.ts`,
      },
      {
        find: /^@flashdeconv\/pipeline\/(.+)$/,
        replacement: `${root}packages/pipeline/src/platform/node/$1.ts`,
      },
      { find: /^@flashdeconv\/([^/]+)\/(.+)$/, replacement: `${root}packages/$1/src/$2.ts` },
    ],
  },
  test: {
    // Not a judgement of speed, which says how busy the machine is: what has not come by then never comes.
    testTimeout: NEVER_COMES,
    hookTimeout: NEVER_COMES,
    maxWorkers: 2,
    env: inMemory ? { TMPDIR: MEMORY } : {},
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    // Loading the sources costs more than most files take to test them: where it makes no difference, they are
    // loaded once for many files. `--isolate` gives each its own process.
    projects: [
      {
        extends: true,
        test: { name: "alone", include: ownProcess, setupFiles: [`${root}test/equal-bytes.ts`] },
      },
      {
        extends: true,
        test: {
          name: "sharing",
          include: sharing,
          isolate: false,
          setupFiles: [`${root}test/begin-anew.ts`],
        },
      },
    ],
  },
});

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
