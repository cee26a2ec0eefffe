import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { addToAnnData } from "@flashdeconv/io-zarr";
import { editStore } from "@flashdeconv/io-zarr/node";
import { beforeEach, describe, expect, it } from "vitest";
import { objectService } from "../../../packages/stores/test/object-service.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeSection } from "./small-stores.js";

const stores = smallStores();
let folder = "";
const at = (name: string) => join(folder, name);
const quietly = (...args: string[]) => runCli([...args, "--quiet"]);
const convert = (...args: string[]) => runCli(["convert", ...args]);
const deconvolve = (...args: string[]) =>
  quietly("run", stores.spatial, "--reference", stores.reference, ...args);

beforeEach(async () => {
  folder = await temporaryFolder();
});

/** Files of a folder, with their content and when they were written. */
async function filesOf(root: string, withTimes = true): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const told = async (file: string) =>
    `${createHash("sha256")
      .update(await readFile(file))
      .digest("hex")}${withTimes ? ` ${(await stat(file)).mtimeMs}` : ""}`;
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.slice(root.length), await told(file)] as const)),
  );
}

describe("convert again", () => {
  it("with the same command leaves the store as it is, and says so", async () => {
    expect((await convert(stores.spatial, at("out.zarr"))).code).toBe(0);
    const before = await filesOf(folder);
    for (const more of [[], ["--overwrite"], ["--scratch", folder]]) {
      const { code, stdout } = await convert(stores.spatial, at("out.zarr"), ...more);
      expect([code, stdout]).toEqual([0, expect.stringContaining("is what this command makes already")]);
    }
    const { stdout } = await convert(`${stores.spatial}/`, at("out.zarr"), "--json");
    expect(JSON.parse(stdout)).toEqual({ store: at("out.zarr"), already_done: true });
    expect(await filesOf(folder)).toEqual(before);
  });

  it("of another input, of one that changed, or with other options says what differs, and --overwrite", async () => {
    await cp(stores.spatial, at("in.zarr"), { recursive: true, preserveTimestamps: true });
    expect((await convert(at("in.zarr"), at("out.zarr"))).code).toBe(0);
    const before = await filesOf(at("out.zarr"));
    const later = new Date(Date.now() + 5000);
    const faults: [string[], RegExp][] = [
      [[stores.spatial], /something else: input: was ".*in.zarr", is ".*spatial.zarr", expected/],
      [
        [at("in.zarr"), "--spatial-key", "spatial"],
        /something else: --spatial-key: was left out, is "spatial", expected/,
      ],
      [[at("in.zarr")], /X\/data of .*in.zarr: was .*, is /],
    ];
    for (const [i, [args, difference]] of faults.entries()) {
      if (i === 2) await utimes(at("in.zarr/X/data/0"), later, later);
      const { code, stderr } = await convert(args[0], at("out.zarr"), ...args.slice(1));
      expect([code, stderr]).toEqual([2, expect.stringMatching(difference)]);
      expect(stderr).toMatch(/allow to overwrite it \(--overwrite\)/);
    }
    expect(await filesOf(at("out.zarr"))).toEqual(before);
    const { code, stderr } = await convert(at("in.zarr"), at("out.zarr"), "--overwrite");
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/note: .*made of something else, and is replaced/),
    ]);
    expect((await convert(at("in.zarr"), at("fresh.zarr"))).code).toBe(0);
    expect(await filesOf(at("out.zarr"), false)).toEqual(await filesOf(at("fresh.zarr"), false));
    expect((await convert(at("in.zarr"), at("out.zarr"))).stdout).toContain("already");
  });

  it("does not take a store that lost something for whole", async () => {
    expect((await convert(stores.reference, at("out.zarr"))).code).toBe(0);
    await rm(at("out.zarr/obs/cell_type"), { recursive: true });
    const { code, stderr } = await convert(stores.reference, at("out.zarr"));
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("something else: obs/cell_type, which is lost, expected"),
    ]);
    expect((await convert(stores.reference, at("out.zarr"), "--overwrite")).code).toBe(0);
    expect((await convert(stores.reference, at("out.zarr"))).stdout).toContain("already");
  });

  it("puts nothing in order for that, and knows bins", async () => {
    const mex = { "matrix.mtx": "%%MatrixMarket matrix coordinate integer general\n2 2 2\n1 1 3\n2 2 4\n" };
    const others = { "barcodes.tsv": "A-1\nB-1\n", "features.tsv": "E1\tG1\nE2\tG2\n" };
    await mkdir(at("mex"));
    for (const [name, text] of Object.entries({ ...mex, ...others })) {
      await writeFile(at(`mex/${name}.gz`), gzipSync(text));
    }
    expect((await convert(at("mex"), at("out.zarr"))).stderr).toContain("it is put in order once");
    const again = await convert(at("mex"), at("out.zarr"));
    expect([again.stdout, again.stderr]).toEqual([expect.stringContaining("already"), ""]);
    await writeFile(at("a.gem"), "geneID\tx\ty\tMIDCount\nG1\t0\t0\t3\nG2\t60\t10\t4\n");
    const bins = ["--bin", "20"];
    expect((await convert(at("a.gem"), at("bins.zarr"), ...bins)).code).toBe(0);
    expect((await convert(at("a.gem"), at("bins.zarr"), ...bins)).stdout).toContain("already");
    expect((await convert(at("a.gem"), at("bins.zarr"))).stderr).toMatch(/--bin: was "20", is left out/);
  });
});

describe("convert --overwrite", () => {
  it("leaves a conversion in which there is something else by now", async () => {
    expect((await convert(stores.spatial, at("result.zarr"))).code).toBe(0);
    await cp(at("result.zarr"), at("notes.zarr"), { recursive: true });
    await cp(at("result.zarr"), at("forged.zarr"), { recursive: true });
    const run = await quietly("run", at("result.zarr"), "--reference", stores.reference, "--in-place");
    expect(run.code).toBe(0);
    await addToAnnData(await editStore(at("notes.zarr")), { uns: { notes: "two years of work" } });
    await mkdir(at("forged.zarr/layers/mine"));
    const root = JSON.parse(await readFile(at("forged.zarr/.zattrs"), "utf8"));
    root.flashdeconv_elements.push("layers/mine", "layers");
    await writeFile(at("forged.zarr/.zattrs"), JSON.stringify(root));
    const added = {
      result: /\((obs|obsm|uns)\/flashdeconv/,
      notes: /\(uns\/notes\)/,
      forged: /\(layers\/mine\)/,
    };
    for (const [name, what] of Object.entries(added)) {
      const out = at(`${name}.zarr`);
      const before = await filesOf(out);
      // The same command finds what it would make; another one is not told to overwrite what would not be.
      expect((await convert(stores.spatial, out, "--overwrite")).stdout).toContain("already");
      for (const more of [[], ["--overwrite"]]) {
        const { code, stderr } = await convert(stores.reference, out, ...more);
        expect([code, stderr]).toEqual([2, expect.stringMatching(what)]);
        expect(stderr).not.toContain("allow to overwrite");
      }
      expect(await filesOf(out)).toEqual(before);
    }
  });

  it("replaces nothing that convert did not write, and nothing else replaces what it wrote", async () => {
    const kept = ["--lambda", "0", "--method", "flashdeconv", "--save-stats", at("stats.zarr")];
    expect((await deconvolve("--out", at("result.zarr"), ...kept)).code).toBe(0);
    expect((await quietly("signature", stores.reference, "--out", at("signature.zarr"))).code).toBe(0);
    const tissue = ["simulate", at("tissue"), "--spots", "60", "--genes", "60", "--types", "3"];
    expect((await quietly(...tissue)).code).toBe(0);
    await cp(stores.spatial, at("someones.zarr"), { recursive: true });
    await mkdir(at("things.zarr"));
    await writeFile(at("things.zarr/thesis.txt"), "text");
    await writeFile(at("file.zarr"), "text");
    const before = await filesOf(folder);
    const names = ["result", "stats", "signature", "tissue/spatial", "someones", "things", "file"];
    for (const out of names.map((name) => at(`${name}.zarr`))) {
      for (const more of [[], ["--overwrite"]]) {
        const { code, stderr } = await convert(stores.spatial, out, ...more);
        expect([code, stderr], out).toEqual([2, expect.stringMatching(/already there|not a Zarr folder/)]);
        expect(stderr).not.toContain("allow to overwrite");
      }
    }
    expect(await filesOf(folder)).toEqual(before);

    expect((await convert(stores.spatial, at("converted.zarr"))).code).toBe(0);
    const converted = await filesOf(at("converted.zarr"));
    await mkdir(at("more"));
    await cp(at("converted.zarr"), at("more/spatial.zarr"), { recursive: true, preserveTimestamps: true });
    const out = at("converted.zarr");
    const others = [
      await deconvolve("--out", out, "--overwrite"),
      await deconvolve("--out", out, "--overwrite", "--resume"),
      await deconvolve("--out", at("new.zarr"), "--save-stats", out, "--overwrite"),
      await quietly("signature", stores.reference, "--out", out, "--overwrite"),
      await quietly("solve", at("stats.zarr"), "--out", out, "--overwrite"),
      await quietly("simulate", at("more"), "--spots", "60", "--genes", "60", "--overwrite"),
    ];
    for (const { code, stderr } of others) {
      expect([code, stderr]).toEqual([2, expect.stringContaining("only a conversion replaces")]);
    }
    expect(await filesOf(out)).toEqual(converted);
    expect(await filesOf(at("more/spatial.zarr"), false)).toEqual(await filesOf(out, false));
  });
});

describe("convert to a bucket", () => {
  it("again finds the same there; --overwrite replaces another", async () => {
    const { url } = await objectService();
    await writeSection(at("other.zarr"));
    const far = ["--endpoint-url", url, "--anonymous"];
    const to = (input: string, ...more: string[]) => convert(input, "s3://lab/out.zarr", ...far, ...more);
    expect((await to(stores.spatial)).code).toBe(0);
    expect((await to(stores.spatial)).stdout).toContain("already");
    expect((await to(at("other.zarr"))).stderr).toMatch(
      /: input: was "[^"]*", is "[^"]*other.zarr", expected.*--overwrite/,
    );
    expect((await to(at("other.zarr"), "--overwrite")).code).toBe(0);
    expect((await to(at("other.zarr"))).stdout).toContain("already");
  });
});
