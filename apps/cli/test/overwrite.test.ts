import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addToAnnData } from "@flashdeconv/io-zarr";
import { editStore } from "@flashdeconv/io-zarr/node";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { objectService } from "../../../packages/stores/test/object-service.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();
const run = (...args: string[]) => runCli([...args, "--quiet"]);
const deconvolve = (...args: string[]) =>
  run("run", stores.spatial, "--reference", stores.reference, ...args);

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", "/no/such/home");
  return () => vi.unstubAllEnvs();
});

async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, "base64")] as const)),
  );
}

describe("--overwrite", () => {
  it("replaces what flashdeconv wrote, and no store in which there is anything else", async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    const kept = ["--lambda", "0", "--method", "flashdeconv", "--save-stats"];
    expect((await deconvolve("--out", at("result.zarr"), ...kept, at("statistics.zarr"))).code).toBe(0);
    const again = ["--out", at("result.zarr"), ...kept, at("statistics.zarr"), "--overwrite"];
    expect((await deconvolve(...again)).code).toBe(0);
    const small = ["--spots", "60", "--genes", "60", "--types", "3"];
    expect((await run("simulate", at("tissue"), ...small)).code).toBe(0);
    expect((await run("simulate", at("tissue"), ...small, "--overwrite")).code).toBe(0);
    const tissue = at("tissue/spatial.zarr");
    expect((await run("run", tissue, "--reference", at("tissue/reference.zarr"), "--in-place")).code).toBe(0);
    expect((await run("simulate", at("tissue"), ...small, "--overwrite")).code).toBe(0);

    // A section of someone, with and without a result in it; a result to which someone has added; other things.
    await cp(stores.spatial, at("section.zarr"), { recursive: true });
    await cp(stores.spatial, at("with-result.zarr"), { recursive: true });
    const inPlace = ["--reference", stores.reference, "--in-place"];
    expect((await run("run", at("with-result.zarr"), ...inPlace)).code).toBe(0);
    await cp(at("result.zarr"), at("added-to.zarr"), { recursive: true });
    await addToAnnData(await editStore(at("added-to.zarr")), { uns: { my_notes: "two years of work" } });
    await cp(at("statistics.zarr"), at("more-statistics.zarr"), { recursive: true });
    await mkdir(at("more-statistics.zarr/mine"));
    await mkdir(at("folder"));
    await writeFile(at("folder/thesis.txt"), "text");
    const others = ["section", "with-result", "added-to", "more-statistics"].map((name) =>
      at(`${name}.zarr`),
    );
    for (const out of [...others, at("folder")]) {
      const before = await filesOf(out);
      const { code, stderr } = await deconvolve("--out", out, "--overwrite");
      expect(code, out).toBe(2);
      if (out !== at("folder")) expect(stderr).toMatch(/did not write.*(\(X\)|says so|my_notes|mine)/);
      expect((await deconvolve("--out", at("new.zarr"), "--save-stats", out, "--overwrite")).code).toBe(2);
      expect(await filesOf(out)).toEqual(before);
    }
    await rm(at("tissue/spatial.zarr"), { recursive: true });
    await cp(stores.spatial, at("tissue/spatial.zarr"), { recursive: true });
    expect((await run("simulate", at("tissue"), ...small, "--overwrite")).code).toBe(2);
  });

  it("does not take simulated data that another program wrote anew for its own", async () => {
    const out = join(await temporaryFolder(), "tissue");
    expect((await run("simulate", out, "--spots", "60", "--genes", "60", "--types", "3")).code).toBe(0);
    const section = join(out, "spatial.zarr");
    await rm(join(section, ".zmetadata"), { force: true });
    await writeFile(join(section, ".zattrs"), '{"encoding-type": "anndata", "encoding-version": "0.1.0"}');
    const before = await filesOf(section);
    expect((await deconvolve("--out", section, "--overwrite")).code).toBe(2);
    expect(await filesOf(section)).toEqual(before);
  });

  it("knows results of earlier versions by their parameters", async () => {
    const out = join(await temporaryFolder(), "result.zarr");
    expect((await deconvolve("--out", out, "--obs-columns")).code).toBe(0);
    await rm(join(out, "uns/flashdeconv_params/elements_written"), { recursive: true });
    // They had none of what was added since.
    for (const name of await readdir(join(out, "uns"))) {
      if (name.startsWith("flashdeconv_") && name !== "flashdeconv_params")
        await rm(join(out, "uns", name), { recursive: true });
    }
    for (const name of ["counts", "entropy"]) {
      await rm(join(out, `obs/flashdeconv_${name}`), { recursive: true });
    }
    await rm(join(out, ".zmetadata"));
    await writeFile(join(out, ".zattrs"), '{"encoding-type": "anndata", "encoding-version": "0.1.0"}');
    expect((await deconvolve("--out", out, "--overwrite")).code).toBe(0);
  });
});

describe("an output on, in or around an input", () => {
  it("is refused for every output and input, however it is spelled, whether or not --overwrite is given", async () => {
    const folder = await temporaryFolder();
    const at = (name: string) => join(folder, name);
    await cp(stores.spatial, at("section.zarr"), { recursive: true });
    await cp(stores.reference, at("cells.zarr"), { recursive: true });
    await symlink(at("section.zarr"), at("link.zarr"));
    const before = await filesOf(folder);
    const inputs = [at("section.zarr"), at("cells.zarr")];
    for (const input of inputs) {
      const spellings = [
        `${input}/`,
        pathToFileURL(input).href,
        `${folder}/./x/..//${input.slice(folder.length + 1)}`,
        join(input, "tables/new"),
        folder,
        ...(input.includes("section") ? [at("link.zarr"), at("link.zarr/X")] : []),
      ];
      for (const place of spellings) {
        for (const flag of ["--out", "--save-stats", "--cache"]) {
          // Other things may lie in the folder of a cache.
          if (flag === "--cache" && place === folder) continue;
          const out = flag === "--out" ? [] : ["--out", at("elsewhere/out.zarr")];
          const args = ["run", at("section.zarr"), "--reference", at("cells.zarr"), flag, place, ...out];
          const { code, stderr } = await run(...args, "--overwrite");
          expect([code, stderr], `${flag} ${place}`).toEqual([
            2,
            expect.stringContaining(`option ${flag}: found`),
          ]);
        }
      }
    }
    expect(await filesOf(folder)).toEqual(before);
  });

  it("is refused in a bucket under each of its addresses", async () => {
    const service = await objectService();
    for (const [file, content] of Object.entries(await filesOf(stores.spatial))) {
      service.objects.set(
        `lab/section.zarr${file.slice(stores.spatial.length)}`,
        Buffer.from(content, "base64"),
      );
    }
    const before = new Map(service.objects);
    const port = new URL(service.url).port;
    const places = [
      ["s3://lab//section.zarr", "s3://lab/section.zarr"],
      ["s3://lab/section.zarr", "S3://lab/x/../section.zarr/"],
      [`http://127.0.0.1:${port}/lab/section.zarr`, "s3://lab/section.zarr"],
      [`http://localhost:${port}/lab/section%2Ezarr/`, "s3://lab//section.zarr"],
      ["s3://lab/section.zarr", "s3://lab/section.zarr/obsm/new.zarr"],
    ];
    for (const [section, out] of places) {
      for (const endpoint of [service.url, `${service.url}/`, `http://localhost:${port}`]) {
        const args = ["--endpoint-url", endpoint, "--anonymous", "--overwrite"];
        const { code, stderr } = await run(
          "run",
          section,
          "--reference",
          stores.reference,
          "--out",
          out,
          ...args,
        );
        expect([code, stderr], `${section} ${out}`).toEqual([
          2,
          expect.stringContaining("option --out: found"),
        ]);
      }
    }
    // And where nothing tells that it is the same: it is not flashdeconv's.
    const args = [
      "--endpoint-url",
      service.url,
      "--anonymous",
      "--overwrite",
      "--out",
      "s3://lab/section.zarr",
    ];
    const { code, stderr } = await deconvolve(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining("flashdeconv did not write")]);
    expect(service.objects).toEqual(before);
  });
});
