import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { collect } from "@flashdeconv/core";
import { readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { objectService } from "../../../packages/stores/test/object-service.js";
import { fromFolder, seededRandom, testServer } from "../../../packages/stores/test/remote-tools.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";
import { contentOf } from "./store-content.js";

const stores = smallStores();

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS|AZURE|GOOGLE|CLOUDSDK)_/.test(name)) vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HOME", "/no/such/home");
});
afterEach(() => vi.unstubAllEnvs());

const serve = () => testServer({ read: fromFolder(stores.folder) });

async function succeed(...args: string[]) {
  const run = await runCli([...args, "--quiet"]);
  expect(run.code, run.stderr).toBe(0);
  return run.stdout;
}

/** Text of a stored chunk or document. */
function unpacked(bytes: Uint8Array): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return Buffer.from(isGzip ? gunzipSync(bytes) : bytes).toString("latin1");
}

async function localResult(folder: string, ...flags: string[]): Promise<Map<string, string>> {
  const out = join(folder, "local.zarr");
  await succeed("run", stores.spatial, "--reference", stores.reference, "--out", out, ...flags);
  return contentOf(out);
}

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));

describe.skipIf(!isBuilt)("threads and stores behind URLs (skipped where nothing is built)", () => {
  it("each opens the store itself: the bits are those of one thread and a disk", async () => {
    const folder = await temporaryFolder();
    const tissue = ["--spots", "9000", "--genes", "300", "--types", "4", "--depth", "200"];
    await succeed("simulate", join(folder, "tissue"), ...tissue);
    const server = await testServer({ read: fromFolder(join(folder, "tissue")) });
    const random = seededRandom(5);
    server.fault = () => (random() < 0.2 ? { kind: random() < 0.5 ? "truncate" : "refuse" } : undefined);
    const run = async (out: string, spatial: string, ...flags: string[]) => {
      const reference = join(folder, "tissue/reference.zarr");
      const args = [
        "run",
        spatial,
        "--reference",
        reference,
        "--out",
        join(folder, out),
        "--json",
        "--quiet",
      ];
      const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args, ...flags]);
      return JSON.parse(stdout);
    };
    await run("local.zarr", join(folder, "tissue/spatial.zarr"), "--workers", "1");
    const far = await run("far.zarr", `${server.url}/spatial.zarr`, "--workers", "2", "--max-attempts", "20");
    expect(far.memory.workers).toBe(2);
    expect(await contentOf(join(folder, "far.zarr"))).toEqual(await contentOf(join(folder, "local.zarr")));
    expect(far.transfer.spatial.requests).toBe(server.requests.length);
    expect(far.transfer.spatial.retries).toBe(server.requests.filter(({ failed }) => failed).length);
    // Two passes, and one border between two threads: a chunk there is read by both, if any is.
    const read = new Map<string, number>();
    for (const { key, failed } of server.requests) {
      if (/X\/(data|indices)\/\d+$/.test(key) && !failed) read.set(key, (read.get(key) ?? 0) + 1);
    }
    const more = [...read.values()].filter((times) => times > 2);
    expect(read.size).toBeGreaterThan(1);
    expect(more.length).toBeLessThanOrEqual(2);
  });
});

describe("stores behind URLs", () => {
  it("a run over http has the bits of a local one", async () => {
    const folder = await temporaryFolder();
    const server = await serve();
    const out = join(folder, "far.zarr");
    const url = `${server.url}/spatial.zarr`;
    const stdout = await succeed(
      ...["run", url, "--reference", `${server.url}/reference.zarr`, "--out", out],
      "--json",
    );
    expect(await contentOf(out)).toEqual(await localResult(folder));
    const { transfer } = JSON.parse(stdout);
    const counted = transfer.spatial.requests + transfer.reference.requests;
    expect(counted).toBe(server.requests.length);
    const sent = server.requests.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(transfer.spatial.bytes_received + transfer.reference.bytes_received).toBe(sent);
    expect(transfer.spatial).toMatchObject({ store: url, retries: 0, bytes_from_cache: 0 });
    expect(Object.keys(transfer.spatial.stages)).toEqual(
      expect.arrayContaining(["open", "genes", "statistics", "write"]),
    );
  });

  it("plans memory for what is fetched ahead, in inspect and in run", async () => {
    const server = await serve();
    const planned = async (...args: string[]) => JSON.parse(await succeed(...args, "--json")).memory;
    const near = await planned("inspect", stores.spatial, "--reference", stores.reference);
    const far = await planned("inspect", `${server.url}/spatial.zarr`, "--reference", stores.reference);
    expect(far.total_bytes).toBeGreaterThan(near.total_bytes + 2 ** 24);
    expect(far.worker_bytes).toBeGreaterThan(near.worker_bytes);
    const reference = await planned("inspect", stores.spatial, "--reference", `${server.url}/reference.zarr`);
    expect(reference.worker_bytes).toBe(near.worker_bytes);
    expect(reference.process_bytes).toBeGreaterThan(near.process_bytes);
    const out = ["--out", join(await temporaryFolder(), "far.zarr")];
    const run = await planned(
      "run",
      `${server.url}/spatial.zarr`,
      "--reference",
      `${server.url}/reference.zarr`,
      ...out,
    );
    expect(run.worker_bytes).toBeGreaterThan(near.worker_bytes);
    expect(run.process_bytes).toBe(reference.process_bytes);
  });

  it("tells at the end what was read", async () => {
    const server = await serve();
    const out = join(await temporaryFolder(), "far.zarr");
    const url = `${server.url}/spatial.zarr`;
    const stdout = await succeed("run", url, "--reference", stores.reference, "--out", out);
    expect(stdout).toMatch(new RegExp(`^read from ${url}: [\\d.,]+ \\w+ in \\d+ requests$`, "m"));
  });

  it("with a fifth of the requests failing, the bits are the same", async () => {
    const folder = await temporaryFolder();
    const server = await serve();
    const random = seededRandom(3);
    server.fault = () => {
      const draw = random();
      if (draw < 0.1) return { kind: "status", status: 503, retryAfter: "0" };
      return draw < 0.2 ? { kind: draw < 0.15 ? "reset" : "refuse" } : undefined;
    };
    const out = join(folder, "far.zarr");
    await succeed(
      ...["run", `${server.url}/spatial.zarr`, "--reference", `${server.url}/reference.zarr`],
      ...["--out", out, "--max-attempts", "20"],
    );
    expect(await contentOf(out)).toEqual(await localResult(folder));
  });

  it("with a cache the section is fetched once", async () => {
    const folder = await temporaryFolder();
    const server = await serve();
    const args = ["run", `${server.url}/spatial.zarr`, "--reference", stores.reference];
    const cache = ["--cache", join(folder, "cache"), "--cache-size", "1GB"];
    const first = JSON.parse(await succeed(...args, ...cache, "--out", join(folder, "a.zarr"), "--json"));
    expect(first.transfer.spatial.stages.statistics.bytes_received).toBe(0);
    expect(first.transfer.spatial.stages.statistics.bytes_from_cache).toBeGreaterThan(1000);
    const again = JSON.parse(await succeed(...args, ...cache, "--out", join(folder, "b.zarr"), "--json"));
    expect(again.transfer.spatial.bytes_received).toBeLessThan(200);
    expect(await contentOf(join(folder, "b.zarr"))).toEqual(await contentOf(join(folder, "a.zarr")));
    expect(await contentOf(join(folder, "a.zarr"))).toEqual(await localResult(folder));
  });

  it("a section that changes between the passes is an error, and nothing is written", async () => {
    const folder = await temporaryFolder();
    const server = await serve();
    const seen = new Map<string, number>();
    server.fault = (key) => {
      const times = (seen.get(key) ?? 0) + 1;
      seen.set(key, times);
      return /X\/data\/\d+$/.test(key) && times > 1 ? { kind: "other etag" } : undefined;
    };
    const out = join(folder, "far.zarr");
    const run = await runCli([
      "run",
      `${server.url}/spatial.zarr`,
      "--reference",
      stores.reference,
      "--out",
      out,
    ]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/X\/data\/0: found another version of an object that was read before/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("no secret of a URL is in the result, the statistics, the output or a message", async () => {
    const folder = await temporaryFolder();
    const server = await serve();
    const address = server.url.replace("//", "//alice:pa55word@");
    const [out, stats] = [join(folder, "far.zarr"), join(folder, "stats.zarr")];
    const spatial = `${address}/spatial.zarr?sig=TOPSECRET`;
    const reference = `${address}/reference.zarr?sig=TOPSECRET`;
    const args = ["run", spatial, "--reference", reference, "--out", out, "--save-stats", stats];
    const told: string[] = [];
    const run = async (...all: string[]) => {
      const { code, stdout, stderr } = await runCli(all, { variables: { FLASHDECONV_DEBUG: "1" } });
      told.push(stdout, stderr);
      return code;
    };
    expect(await run(...args)).toBe(0);
    expect(await run(...args, "--json", "--overwrite")).toBe(0);
    expect(await run("inspect", spatial, "--reference", reference)).toBe(0);
    expect(await run("inspect", spatial, "--json")).toBe(0);
    server.fault = (key) => (key.includes("X/") ? { kind: "status", status: 403 } : undefined);
    expect(await run(...args, "--overwrite")).toBe(2);
    expect(await run(...args.slice(0, 4), "--out", spatial)).toBe(2);
    expect(await run(...args.slice(0, 4), "--in-place")).toBe(2);
    expect(
      await run("inspect", spatial, "--endpoint-url", "http://a:pa55word@h", "--reference", "s3://b/c"),
    ).toBe(2);
    server.fault = () => ({ kind: "refuse" });
    expect(await run("inspect", spatial, "--max-attempts", "2")).toBe(2);
    expect(
      await run("evaluate", spatial, "--truth", `${address}/truth.csv?sig=TOPSECRET`, "--max-attempts", "1"),
    ).toBe(2);
    for (const text of told) expect(text).not.toMatch(/TOPSECRET|pa55word/);
    const stored = await Promise.all(
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((one) => one.isFile())
        .map(async (one) => unpacked(await readFile(join(one.parentPath, one.name)))),
    );
    expect(stored.filter((text) => text.includes(`${server.url}/spatial.zarr?...`)).length).toBeGreaterThan(
      1,
    );
    expect(stored.join()).not.toMatch(/TOPSECRET|pa55word/);
  });

  it("reads from and writes to a bucket; credentials are nowhere in it", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDTEST");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "HUSHHUSH");
    vi.stubEnv("AWS_SESSION_TOKEN", "TOKTOK");
    const folder = await temporaryFolder();
    const service = await objectService();
    service.allows = ({ headers }) =>
      /^AWS4-HMAC-SHA256 Credential=AKIDTEST\//.test(headers.authorization ?? "") &&
      headers["x-amz-security-token"] === "TOKTOK";
    for (const [key, bytes] of await contentOf(stores.spatial)) {
      service.objects.set(`lab/in/spatial.zarr${key}`, Buffer.from(bytes, "base64"));
    }
    const out = "s3://lab/out/result one.zarr";
    const args = ["run", "s3://lab/in/spatial.zarr", "--reference", stores.reference, "--out", out];
    const stdout = await succeed(...args, "--endpoint-url", service.url);
    expect(stdout).toContain(`${out}: obsm/flashdeconv, 200 spots`);
    const expected = await localResult(folder);
    const written = [...service.objects].filter(([key]) => key.startsWith("lab/out/result one.zarr/"));
    const content = new Map(
      written
        .map(
          ([key, bytes]) =>
            [key.slice("lab/out/result one.zarr".length), Buffer.from(bytes).toString("base64")] as const,
        )
        .filter(([key]) => !/_params\/|_command\b|\.zmetadata$/.test(key))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    expect(content).toEqual(expected);
    expect(written.map(([, bytes]) => unpacked(bytes)).join()).not.toMatch(/AKIDTEST|HUSHHUSH|TOKTOK/);
    const access = { endpointUrl: service.url };
    const table = await readObsm(await openStore(out, access), "flashdeconv");
    expect((await collect(table.values)).spotCount).toBe(200);

    const again = await runCli([...args, "--endpoint-url", service.url]);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/already there.*--overwrite/);
    await succeed(...args, "--endpoint-url", service.url, "--overwrite");
    const wrong = await runCli([...args, "--endpoint-url", service.url, "--overwrite", "--no-sign-request"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("Requests were not signed, as asked for");
  });

  it("keeps statistics in a bucket and solves from there; a table may lie behind a URL", async () => {
    const folder = await temporaryFolder();
    const service = await objectService();
    const endpoint = ["--endpoint-url", service.url, "--anonymous"];
    const [out, stats] = [join(folder, "a.zarr"), "gs://lab/stats.zarr"];
    await succeed(
      ...["run", stores.spatial, "--reference", stores.reference, "--out", out, "--save-stats", stats],
      ...endpoint,
    );
    await succeed("solve", stats, "--out", "gs://lab/b.zarr", ...endpoint);
    const files = (await contentOf(out)).get("/obsm/flashdeconv/type_0/0");
    const solved = service.objects.get("lab/b.zarr/obsm/flashdeconv/type_0/0");
    expect(Buffer.from(solved as Uint8Array).toString("base64")).toBe(files);
    service.objects.set(
      "lab/truth.csv",
      Buffer.from("spot,type_0,type_1,type_2,type_3\nspot_3,1,0,0,0\nspot_5,0,1,0,0\n"),
    );
    const scores = await succeed(
      "evaluate",
      "gs://lab/b.zarr",
      "--truth",
      "gs://lab/truth.csv",
      ...endpoint,
      "--json",
    );
    expect(JSON.parse(scores)).toHaveProperty("pearson");
  });

  it("refuses limits that cannot be, by the names of their flags", async () => {
    for (const [flag, value] of [
      ["--max-requests", "0"],
      ["--max-attempts", "1.5"],
      ["--stall-timeout", "-1"],
      ["--endpoint-url", "nonsense"],
    ]) {
      const { code, stderr } = await runCli(["inspect", "s3://bucket/a.zarr", flag, value]);
      expect(code).toBe(2);
      expect(stderr).toContain(flag);
    }
  });
});

describe("a file behind a URL", () => {
  const fixtures = fileURLToPath(new URL("../../../packages/io-h5/test/fixtures", import.meta.url));

  it.each([
    ["inspect", []],
    ["convert", ["OUT"]],
    ["run", ["--cell-type-key", "region", "--reference", "URL", "--out", "OUT", "--workers", "1"]],
  ])("is opened once by %s, however often it is looked at", async (command, more) => {
    const server = await testServer({ read: fromFolder(fixtures) });
    const url = `${server.url}/section.h5ad`;
    const out = join(await temporaryFolder(), "out.zarr");
    await succeed(command, url, ...more.map((word) => (word === "URL" ? url : word === "OUT" ? out : word)));
    const heads = server.requests.filter(({ range }) => range === "bytes=0-65535");
    expect(heads).toHaveLength(1);
  });
});
