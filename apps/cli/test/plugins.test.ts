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
  /** A schema of its options. */
  schema?: string;
  start?: string;
  sweep?: string;
  change?: string;
}): string {
  return `${parts.top ?? ""}
    export default {
      name: "mine", coupling: "neighbors", input: "statistics",
      ${parts.schema === undefined ? "" : `options: ${parts.schema},`}
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
  [
    "a change that is not a number",
    { change: "NaN" },
    /solver mine: found a largest change of NaN from sweep/,
  ],
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

/** A Standard Schema without any library. */
const schemaOf = (validate: string) =>
  `{ "~standard": { version: 1, vendor: "test", validate(given) { ${validate} } } }`;
const STRENGTH = schemaOf(`
  const { strength = 2 } = given;
  if (typeof strength === "number" && strength > 0) return { value: { strength } };
  return { issues: [{ message: "strength must be above 0", path: [{ key: "strength" }] }] };`);

describe("a solver of others with a schema of its options", () => {
  const runWith = async (parts: Parameters<typeof plugin>[0], json: string, ...more: string[]) => {
    const folder = await temporaryFolder();
    const file = join(folder, "mine.mjs");
    await writeFile(file, plugin(parts));
    const inputs = [stores.spatial, "--reference", stores.reference, "--out", join(folder, "out.zarr")];
    return runCli(["run", ...inputs, "--solver", file, "--solver-options", json, ...more]);
  };

  it.each<[string, string, string, RegExp]>([
    [
      "a bad value",
      STRENGTH,
      '{"strength":-1}',
      /option strength of --solver-options: found -1, expected what the solver mine takes: strength must be above 0\. Give/,
    ],
    [
      "an option that it does not have",
      STRENGTH,
      '{"strenght":3}',
      /option strenght of --solver-options: found 3, expected nothing with the solver mine: it has no such option/,
    ],
    [
      "an issue deep within",
      schemaOf('return { issues: [{ message: "a text", path: ["weights", 1] }] };'),
      '{"weights":[1,2]}',
      /option weights\.1 of --solver-options: found 2, expected what the solver mine takes: a text\./,
    ],
    [
      "an issue of the whole",
      schemaOf('return { issues: [{ message: "one of a and b" }] };'),
      '{"c":1}',
      /option --solver-options: found {"c":1}, expected what the solver mine takes: one of a and b\./,
    ],
    [
      "a schema that answers later",
      schemaOf("return Promise.resolve({ value: given });"),
      "{}",
      /solver mine: found TypeError: the schema .* promise.*thrown by resolveOptions/,
    ],
    ["a schema that throws", schemaOf("null.x"), "{}", /solver mine: found TypeError: .*resolveOptions/],
    ["options that are not a schema", "{ strength: 2 }", "{}", /it lacks options that are a Standard Schema/],
  ])("%s is told by name", async (_, schema, json, message) => {
    const { code, stderr } = await runWith({ schema }, json);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it("is handed what the schema made, defaults too, and the result keeps it", async () => {
    const seen = 'if (input.strength !== 2) throw new Error("not the default: " + input.strength);';
    expect((await runWith({ schema: STRENGTH, resolve: seen }, "{}")).stderr).not.toContain("error:");
    const other = await runWith({ schema: STRENGTH, resolve: seen }, '{"strength":3}');
    expect(other.stderr).toMatch(/not the default: 3, thrown by resolveOptions/);
  });
});
