import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { objectService } from "../../../packages/stores/test/object-service.js";
import { fromMap, testServer } from "../../../packages/stores/test/remote-tools.js";
import { REFERENCES } from "./damaged/base-stores.js";
import { writeFiles as writeStore } from "./damaged/try-store.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { contentOf } from "./store-content.js";
import { FOLDERS } from "./vendor/base-folders.js";
import { type Files, writeFiles } from "./vendor/write-tenx.js";

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS|AZURE|GOOGLE|CLOUDSDK)_/.test(name)) vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HOME", "/no/such/home");
});
afterEach(() => vi.unstubAllEnvs());

/** A folder of the small section behind https, where nothing can be listed. */
async function serve(name: string) {
  const files = await FOLDERS[name].files();
  return { files, server: await testServer({ read: fromMap(files) }) };
}

async function bucketOf(files: Files) {
  const service = await objectService();
  for (const [key, bytes] of files) service.objects.set(`lab/run 1/${key}`, bytes);
  return service;
}

async function runOf(section: string, ...flags: string[]) {
  const folder = await temporaryFolder();
  const reference = join(folder, "reference.zarr");
  writeStore(reference, REFERENCES["v2 cells, csr"]());
  const out = join(folder, "out.zarr");
  const args = ["run", section, "--reference", reference, "--out", out, "--json", "--quiet", ...flags];
  const { code, stdout, stderr } = await runCli(args);
  expect(code, stderr).toBe(0);
  const content = [...(await contentOf(join(out, "obsm")))];
  return { report: JSON.parse(stdout), content };
}

async function localRun(files: Files, given = "") {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return runOf(join(folder, given));
}

const inspected = async (section: string, ...flags: string[]) => {
  const { code, stdout, stderr } = await runCli(["inspect", section, "--json", "--quiet", ...flags]);
  return { code, told: stdout + stderr, input: code === 0 ? JSON.parse(stdout).input : undefined };
};

describe("a vendor's folder behind https", () => {
  it("is found by a few names, and gives the bits of one on the disk", async () => {
    const { files, server } = await serve("Visium 2");
    const { report, content } = await runOf(`${server.url}/outs?sig=HUSH`);
    expect(content).toEqual((await localRun(files)).content);
    expect(content.some(([name]) => name.startsWith("/spatial/"))).toBe(true);
    expect(report.transfer.spatial.requests).toBe(server.requests.length);
    const asked = (name: string) => server.requests.filter(({ key }) => key.endsWith(name)).length;
    expect(asked("cell_feature_matrix.h5")).toBe(1);
    expect(asked("tissue_positions.parquet")).toBe(1);
    // Six look for a Zarr store, six for these names.
    expect(server.requests.length).toBeLessThanOrEqual(18);
    expect(server.requests.every(({ query }) => query === "?sig=HUSH")).toBe(true);
  });

  it("of Xenium is one too, also where what is not there is forbidden", async () => {
    const { files, server } = await serve("Xenium, h5 and csv");
    server.fault = (key) => (files.has(key) ? undefined : { kind: "status", status: 403 });
    expect(await inspected(server.url)).toMatchObject({ code: 0, input: "Xenium" });
  });

  it("without one of these names is an error that says what to give", async () => {
    const { server } = await serve("Visium with a prefix");
    const { code, told } = await inspected(`${server.url}/outs`);
    expect(code).toBe(2);
    expect(told).toMatch(/no filtered_feature_bc_matrix\.h5 or cell_feature_matrix\.h5/);
    expect(told).toMatch(/the matrix itself \(\.h5\)/);
    const matrix = `${server.url}/outs/s1_filtered_feature_bc_matrix.h5`;
    expect(await inspected(matrix)).toMatchObject({ code: 0, input: "a matrix of 10x's software" });
  });

  it("is not looked for where a server answers all with a page", async () => {
    const page = new TextEncoder().encode("<!doctype html><title>Welcome</title>");
    const isDocument = (key: string) => /(^|\/)(zarr\.json|\.[^/]*)$/.test(key);
    const server = await testServer({ read: (key) => (isDocument(key) ? undefined : page) });
    const { code, told } = await inspected(`${server.url}/outs`);
    expect(code).toBe(2);
    expect(told).toMatch(/no filtered_feature_bc_matrix\.h5/);
  });
});

describe("a vendor's folder in a bucket", () => {
  it.each(["Visium with a prefix", "Visium HD", "Xenium, zarr and parquet"])(
    "is found by its listing: %s",
    async (name) => {
      const files = await FOLDERS[name].files();
      const service = await bucketOf(files);
      const { content, report } = await runOf("s3://lab/run 1/", "--endpoint-url", service.url);
      expect(content).toEqual((await localRun(files)).content);
      expect(report.transfer.spatial.requests).toBe(service.requests.length);
    },
  );

  it("is refused where its counts have to be sorted, and named where it is none", async () => {
    const inBucket = async (name: string) => {
      const service = await bucketOf(await FOLDERS[name].files());
      return inspected("s3://lab/run 1", "--endpoint-url", service.url);
    };
    expect(await inBucket("Visium in Market Exchange")).toMatchObject({
      code: 2,
      told: expect.stringMatching(/Visium in Market Exchange.*Copy the folder to this machine/s),
    });
    expect((await inBucket("MERSCOPE")).told).toMatch(/MERSCOPE, which has to be sorted/);
    expect((await inBucket("GEM")).told).toMatch(/no matrix of an instrument's among section\.gem\.gz/);
  });

  it("has positions by which a resumed run knows it", async () => {
    const files = await FOLDERS["Visium 1"].files();
    const service = await bucketOf(files);
    const folder = await temporaryFolder();
    const reference = join(folder, "reference.zarr");
    writeStore(reference, REFERENCES["v2 cells, csr"]());
    const args = ["run", "s3://lab/run 1", "--reference", reference, "--endpoint-url", service.url];
    const run = () => runCli([...args, "--out", join(folder, "out.zarr"), "--resume", "--quiet"]);
    expect(await run()).toMatchObject({ code: 0 });
    expect(await run()).toMatchObject({ code: 0 });
    const key = "lab/run 1/outs/spatial/tissue_positions_list.csv";
    const text = new TextDecoder().decode(service.objects.get(key));
    service.objects.set(key, new TextEncoder().encode(`${text}TTTTTTA-1,0,9,9,91,91\n`));
    const again = await run();
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/tissue_positions_list\.csv/);
  });
});
