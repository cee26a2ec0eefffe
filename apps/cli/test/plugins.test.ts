import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();
const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(new URL("../dist/plugin-thread.js", import.meta.url));

/** A solver named "mine", sound but for what a test puts in place of a part. */
function plugin(parts: {
  top?: string;
  resolve?: string;
  start?: string;
  sweep?: string;
  change?: string;
}): string {
  return `${parts.top ?? ""}
    export default {
      name: "mine", coupling: "neighbors", input: "statistics",
      resolveOptions(input) { ${parts.resolve ?? ""}; return { ...input }; },
      start({ typeNames: { length: K } }) {
        ${parts.start ?? ""}
        return {
          statWidth: K + 1, settings: {}, summarize: (rows, out) => out.set(rows.values),
          sweep({ spots, statistics }, abundance) {
            for (const spot of spots)
              for (let k = 0; k < K; k++) abundance[spot * K + k] = Math.max(0, statistics[spot * (K + 1) + k]);
            ${parts.sweep ?? ""}
            return { largestChange: ${parts.change ?? "0"} };
          },
        };
      },
    };`;
}

const FAULTS: [string, Parameters<typeof plugin>[0], RegExp][] = [
  [
    "a throw in resolveOptions",
    { resolve: "null.x" },
    /solver mine: found TypeError: .*thrown by resolveOptions/,
  ],
  [
    "a throw in start",
    { start: "throw new Error('boom');" },
    /solver mine: found Error: boom, thrown by start/,
  ],
  ["a thrown text", { sweep: "throw 'boom';" }, /solver mine: found boom, thrown by sweep/],
  [
    "NaN",
    { sweep: "abundance[5 * K + 1] = NaN;" },
    /solver mine: found an abundance of NaN of the type "type_1" in spot "spot_5"/,
  ],
  [
    "a negative answer",
    { sweep: "abundance[7 * K] = -1;" },
    /abundance of -1 of the type "type_0" in spot "spot_7"/,
  ],
  ["an infinite answer", { sweep: "abundance[0] = Infinity;" }, /abundance of Infinity .* in spot "spot_0"/],
  ["a change that is no number", { change: "NaN" }, /solver mine: found a largest change of NaN from sweep/],
  ["options that are none", { resolve: "return 3" }, /solver mine: found 3 from resolveOptions/],
];

describe("a solver of others that breaks its promises", () => {
  it.each(FAULTS)("%s is its own fault, by name", async (_, parts, message) => {
    const folder = await temporaryFolder();
    const file = join(folder, "mine.mjs");
    await writeFile(file, plugin(parts));
    const inputs = [stores.spatial, "--reference", stores.reference, "--out", join(folder, "out.zarr")];
    const { code, stderr } = await runCli(["run", ...inputs, "--solver", file]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(existsSync(join(folder, "out.zarr"))).toBe(false);
  });

  it("a time limit has to have something to limit", async () => {
    const inputs = ["a.zarr", "--reference", "b.zarr", "--out", "c.zarr"];
    const { stderr } = await runCli(["run", ...inputs, "--solver-timeout", "3"]);
    expect(stderr).toMatch(/option --solver-timeout: found 3, expected a solver of your own/);
  });
});

describe.skipIf(!isBuilt)(
  "a solver of others, by the built command line (skipped until `pnpm build` has run)",
  () => {
    async function run(text: string, more: string[] = [], interruptAt?: string) {
      const folder = await temporaryFolder();
      const file = join(folder, "mine.mjs");
      const out = join(folder, "out.zarr");
      await writeFile(file, text);
      const args = [
        "run",
        stores.spatial,
        "--reference",
        stores.reference,
        "--out",
        out,
        "--solver",
        file,
        ...more,
      ];
      const child = spawn(process.execPath, [bin, ...args]);
      let stderr = "";
      let interruptedAt = Number.NaN;
      child.stderr.on("data", (data) => {
        stderr += data;
        if (interruptAt && stderr.includes(interruptAt) && Number.isNaN(interruptedAt)) {
          interruptedAt = Date.now();
          child.kill("SIGINT");
        }
      });
      const code = await new Promise((resolve) => child.on("close", resolve));
      const left = (await readdir(folder)).filter((name) => name !== "mine.mjs" && name !== "out.zarr");
      return { code, stderr, isThere: existsSync(out), left };
    }

    it("that keeps them works", async () => {
      expect(await run(plugin({}))).toMatchObject({ code: 0, isThere: true });
    });

    it.each([
      ["at the top of its module", { top: "process.exit(0);" }],
      ["in a call", { sweep: "process.exit(0);" }],
    ])("that exits %s is told, and nothing is written", async (_, parts) => {
      const { code, stderr, isThere, left } = await run(plugin(parts));
      expect(stderr).toMatch(/error: solver .*mine\.mjs: found a call of process\.exit\(0\)/);
      expect({ code, isThere, left }).toEqual({ code: 2, isThere: false, left: [] });
    });

    it.each([
      ["load", { top: "for (;;);" }],
      ["resolveOptions", { resolve: "for (;;);" }],
      ["sweep", { sweep: "for (;;);" }],
    ])("that never comes back from %s is ended by --solver-timeout", async (call, parts) => {
      const { code, stderr, isThere, left } = await run(plugin(parts), ["--solver-timeout", "0.5"]);
      expect(stderr).toContain(`a call of ${call} that had not come back after 0.5 s`);
      expect({ code, isThere, left }).toEqual({ code: 2, isThere: false, left: [] });
    });

    it("that never comes back is ended by SIGINT", async () => {
      const loop = "require('node:fs').writeSync(2, 'looping\\n'); for (;;);";
      const top =
        "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
      const { code, stderr, isThere, left } = await run(plugin({ top, sweep: loop }), [], "looping");
      expect(stderr).toContain("interrupted");
      expect({ code, isThere, left }).toEqual({ code: 130, isThere: false, left: [] });
    });
  },
);
