import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { FILE_FORMATS } from "../src/tables/table-formats.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();
const zarr = () => join(stores.folder, "result.zarr");

/** Formats that say nothing of how wide the numbers were. */
const EQUAL_BYTES: ReadonlySet<string> = new Set(["csv", "csv.gz"]);

function run(out: string, ...more: string[]) {
  return runCli(["run", stores.spatial, "--reference", stores.reference, "--out", out, "--json", ...more]);
}

async function succeed(out: string, ...more: string[]) {
  const { code, stdout, stderr } = await run(out, ...more);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
}

async function failure(out: string, ...more: string[]): Promise<string> {
  const { code, stdout } = await run(out, ...more);
  expect(code, stdout).toBe(2);
  return JSON.parse(stdout).error.message;
}

/** How far a result is from another. */
async function distance(result: string, truth: string) {
  const key = /\.(zarr|h5ad)$/.test(truth) ? ["--truth-key", "flashdeconv"] : [];
  const { code, stdout, stderr } = await runCli(["evaluate", result, "--truth", truth, "--json", ...key]);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  await succeed(zarr());
});

describe.each(FILE_FORMATS)("%s", (format) => {
  it("has the proportions of the store, by spot and type", async () => {
    const out = join(await temporaryFolder(), "made/for/it", `result.${format}`);
    expect((await succeed(out)).format).toBe(format);
    const { rmse, spot_count } = await distance(out, zarr());
    expect(rmse).toBeLessThan(1e-7);
    expect(spot_count).toBe(200);
  });

  it("replaces a table of ours with --overwrite, and nothing else", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, `result.${format}`);
    await succeed(out);
    expect(await failure(out)).toMatch(/a finished result of flashdeconv that is already there.*--overwrite/);
    await succeed(out, "--overwrite");
    await writeFile(out, "barcode,A,B\ns1,0.5,0.5\n");
    expect(await failure(out, "--overwrite")).toMatch(/a file that flashdeconv did not write/);
    expect(await readFile(out, "utf8")).toBe("barcode,A,B\ns1,0.5,0.5\n");
    await mkdir(join(folder, `folder.${format}`));
    expect(await failure(join(folder, `folder.${format}`), "--overwrite")).toMatch(/not a plain file/);
    expect((await readdir(folder)).sort()).toEqual([`folder.${format}`, `result.${format}`].sort());
  });

  it("is written by solve and for several sections", async () => {
    const folder = await temporaryFolder();
    const stats = join(folder, "stats.zarr");
    await succeed(join(folder, "a.zarr"), "--save-stats", stats);
    const solved = join(folder, `solved.${format}`);
    const { code, stderr } = await runCli(["solve", stats, "--out", solved]);
    expect(code, stderr).toBe(0);
    expect((await distance(solved, zarr())).rmse).toBeLessThan(1e-7);
    const other = await writeSection(join(folder, "other.zarr"));
    const args = ["run", stores.spatial, other, "--reference", stores.reference];
    const several = await runCli([...args, "--out-dir", join(folder, "out"), "--format", format]);
    expect(several.code, several.stderr).toBe(0);
    expect((await readdir(join(folder, "out"))).sort()).toEqual([`other.${format}`, `spatial.${format}`]);
  });

  it.skipIf(format === "h5ad")("is made of a store by export, with the same bytes", async () => {
    const folder = await temporaryFolder();
    const [direct, exported] = [join(folder, `a.${format}`), join(folder, `b.${format}`)];
    await succeed(direct);
    const { code, stdout, stderr } = await runCli(["export", zarr(), exported, "--json"]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format, key: "flashdeconv", spot_count: 200 });
    if (EQUAL_BYTES.has(format)) expect(await readFile(exported)).toEqual(await readFile(direct));
    expect(await distance(exported, direct)).toMatchObject({ rmse: 0, spot_count: 200 });
    const failed = async (...args: string[]) => {
      const run = await runCli(["export", ...args, "--json"]);
      expect(run.code).toBe(2);
      return JSON.parse(run.stdout).error.message;
    };
    expect(await failed(zarr(), exported)).toMatch(/already there.*--overwrite/);
    expect(await failed(zarr(), exported, "--overwrite", "--key", "none")).toMatch(/--key: .*flashdeconv/);
    expect(await failed(stores.spatial, exported, "--overwrite", "--key", "spatial")).toMatch(
      /without names/,
    );
    expect(await failed(zarr(), join(folder, "c"))).toMatch(/--format/);
    expect(await distance(exported, direct)).toMatchObject({ rmse: 0 });
    expect((await runCli(["export", zarr(), exported, "--overwrite"])).code).toBe(0);
  });

  it("leaves nothing where the run fails, and is resumed", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "a", `result.${format}`);
    expect(await failure(out, "--layer", "none")).toMatch(/none/);
    expect(await readdir(folder)).toEqual([]);
    await succeed(out, "--resume");
    expect(await readdir(join(folder, "a"))).toEqual([`result.${format}`]);
    // A CSV does not say what it was made of: it is made again, and compared.
    const [before, { mtimeMs }] = [await readFile(out), await stat(out)];
    expect(await succeed(out, "--resume")).toMatchObject({ already_done: true });
    expect(await failure(out, "--resume", "--smoothing", "3")).toMatch(/already there.*--overwrite/);
    expect([await readFile(out), (await stat(out)).mtimeMs]).toEqual([before, mtimeMs]);
    await rm(join(folder, "a", `.result.${format}.run`), { recursive: true, force: true });
    expect(await failure(out)).toMatch(/already there.*--overwrite/);
    expect(await succeed(out, "--resume", "--overwrite", "--smoothing", "3")).toMatchObject({ format });
    expect(await readdir(join(folder, "a"))).toEqual([`result.${format}`]);
  });

  it("is never an input, a URL or a file of another kind", async () => {
    const reference = join(await temporaryFolder(), `means.${format}`);
    await writeFile(reference, "x");
    const over = await failure(reference, "--overwrite", "--reference", reference).catch(() => "");
    expect(over).toMatch(/given more than once|apart from/);
    expect(await readFile(reference, "utf8")).toBe("x");
    expect(await failure(`s3://bucket/result.${format}`)).toMatch(/--out: .*a path of this machine/);
    expect(await failure("result.zarr", "--format", format)).toMatch(/--format: .*zarr for result.zarr/);
    expect(await failure("result.json", "--format", format)).toMatch(/--out: .*a name for a .*\.json is not/);
    expect(await failure(`result.${format}`, "--format", "zarr")).toMatch(/--format: .*as its name says/);
    expect(await failure(`result.${format}`, "--zarr-format", "2")).toMatch(
      /--zarr-format: .*Zarr store at --out/,
    );
    const inPlace = [
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--in-place",
      "--format",
      format,
    ];
    expect((await runCli(inPlace)).stderr).toMatch(/--format: .*with --in-place/);
  });

  it.skipIf(format === "h5ad")(
    "is refused before the work where a type has the name of another column",
    async () => {
      const out = join(await temporaryFolder(), `result.${format}`);
      expect(await failure(out, "--key-added", "type")).toMatch(/--key-added: .*"type_0" would be taken/);
    },
  );
});

it("a file of HDF5 is never changed in place", async () => {
  const file = fileURLToPath(new URL("../../../packages/io-h5/test/fixtures/section.h5ad", import.meta.url));
  const args = ["run", file, "--reference", stores.reference, "--in-place", "--json"];
  expect(JSON.parse((await runCli(args)).stdout).error.message).toMatch(/--in-place: .*--out result\.h5ad/);
});

describe("of other programs", () => {
  // Debian's own Python, which has pandas and anndata where their packages are installed, or another one.
  const python = process.env.FLASHDECONV_PYTHON ?? "/usr/bin/python3";
  const has = (code: string) => spawnSync(python, ["-c", code]).status === 0;
  it.each([
    ["csv", "pandas", "pandas.read_csv(path, index_col=0)"],
    ["csv.gz", "pandas", "pandas.read_csv(path, index_col=0)"],
    ["parquet", "pandas, pyarrow", "pandas.read_parquet(path).set_index('barcode')"],
    ["arrow", "pandas, pyarrow", "pandas.read_feather(path).set_index('barcode')"],
  ])("%s is read with %s", async (format, modules, expression) => {
    if (!has(`import ${modules}`)) return console.warn(`Not tried, as Python lacks ${modules}: ${format}`);
    const out = join(await temporaryFolder(), `result.${format}`);
    await succeed(out);
    const code = `import sys, json, ${modules}
path = sys.argv[1]
table = ${expression}
print(json.dumps({"columns": list(table.columns), "first": table.index[0], "rows": len(table),
  "sums": float(abs(table.iloc[:, :4].sum(axis=1) - 1).max()), "status": list(set(table["flashdeconv_status"].astype(str)))}))`;
    const { stdout, stderr } = spawnSync(python, ["-c", code, out], { encoding: "utf8" });
    expect(stderr).not.toMatch(/Error/);
    const { sums, ...read } = JSON.parse(stdout);
    expect(read).toEqual({
      columns: [0, 1, 2, 3]
        .map((k) => `type_${k}`)
        .concat(["entropy", "status", "counts", "dominant"].map((name) => `flashdeconv_${name}`)),
      first: "spot_0",
      rows: 200,
      status: ["ok"],
    });
    expect(sums).toBeLessThan(1e-6);
  });
});

describe("an h5ad file", () => {
  const python = "/usr/bin/python3";
  const script = `import anndata, sys, json, numpy
def value(v):
    if isinstance(v, dict): return {k: value(v[k]) for k in sorted(v)}
    if isinstance(v, numpy.ndarray) or isinstance(v, numpy.generic): return [str(v.dtype), v.tolist()]
    return v
def frame(f): return {"index": list(f.index), "columns": {c: [str(f[c].dtype), [str(x) for x in f[c]]] for c in f.columns}}
def content(a): return {"obs": frame(a.obs), "var": frame(a.var),
  "obsm": {k: frame(v) if hasattr(v, "columns") else value(v) for k, v in sorted(a.obsm.items())},
  "uns": value({k: v for k, v in a.uns.items() if not k.endswith("_command")})}
z, h = content(anndata.read_zarr(sys.argv[1])), content(anndata.read_h5ad(sys.argv[2]))
print(json.dumps([z, h]))`;

  it.each(["2", "3"])(
    "holds for anndata what the Zarr store holds (types with odd names, %s)",
    async (shrinkage) => {
      if (spawnSync(python, ["-c", "import anndata, zarr"]).status !== 0)
        return console.warn("Not tried: no anndata");
      const folder = await temporaryFolder();
      const odd = ["T/NK", "=cmd()", "a,b", 'q"'];
      const reference = await writeCells(join(folder, "cells.zarr"), {
        contents: (contents) => ({
          ...contents,
          obs: (contents.obs ?? []).map((column) =>
            column.kind === "categorical" ? { ...column, categories: odd } : column,
          ),
        }),
      });
      const results = ["r.zarr", "r.h5ad"].map((name) => join(folder, name));
      for (const out of results) {
        const args = [
          "run",
          stores.spatial,
          "--reference",
          reference,
          "--out",
          out,
          "--obs-columns",
          "--key-added",
          "k",
        ];
        const { code, stderr } = await runCli([...args, "--smoothing", "none", "--shrinkage", shrinkage]);
        expect(code, stderr).toBe(0);
      }
      const { stdout, stderr } = spawnSync(python, ["-c", script, ...results], {
        encoding: "utf8",
        maxBuffer: 2 ** 28,
      });
      expect(stderr).not.toMatch(/Error/);
      const [ofZarr, ofH5ad] = JSON.parse(stdout);
      expect(ofH5ad).toEqual(ofZarr);
      expect(Object.keys(ofH5ad.obs.columns)).toContain("k_T_NK");
      expect(Object.keys(ofH5ad.obsm)).toEqual(["k", "spatial"]);
    },
  );

  it("is a section's result that a Zarr store could be made of again: our reader finds all of it", async () => {
    const folder = await temporaryFolder();
    const out = join(folder, "r.h5ad");
    await succeed(out);
    const inspected = await runCli(["inspect", out, "--json"]);
    expect(inspected.code, inspected.stderr).toBe(0);
    const { obs_columns } = JSON.parse(inspected.stdout);
    expect(obs_columns.map(({ name }: { name: string }) => name)).toContain("flashdeconv_status");
  });

  it("to which something was added is not replaced", async () => {
    if (spawnSync(python, ["-c", "import h5py"]).status !== 0) return console.warn("Not tried: no h5py");
    const out = join(await temporaryFolder(), "r.h5ad");
    await succeed(out);
    const add = `import h5py, sys
with h5py.File(sys.argv[1], "r+") as f: f["uns/mine"] = 1`;
    expect(spawnSync(python, ["-c", add, out]).status).toBe(0);
    expect(await failure(out, "--overwrite")).toMatch(/a file that flashdeconv did not write/);
  });
});

it("csv.gz is csv, packed", async () => {
  const folder = await temporaryFolder();
  await succeed(join(folder, "a.csv"));
  await succeed(join(folder, "a.csv.gz"));
  expect(gunzipSync(await readFile(join(folder, "a.csv.gz")))).toEqual(await readFile(join(folder, "a.csv")));
  await writeFile(join(folder, "cut.csv.gz"), (await readFile(join(folder, "a.csv.gz"))).subarray(0, 500));
  const { code, stderr } = await runCli(["evaluate", join(folder, "cut.csv.gz"), "--truth", zarr()]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/cut\.csv\.gz: found gzip that cannot be unpacked/);
});
