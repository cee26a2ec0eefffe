import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import type { StoreAccess } from "@flashdeconv/stores";
import { readObject } from "@flashdeconv/stores/node/internal";
import S3rver from "s3rver";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parseLocation, type RemoteLocation } from "../../stores/src/node/remote/parse-location.js";
import { remoteParts } from "../../stores/src/node/remote/remote-parts.js";
import { QUICK, testFolder } from "../../stores/test/remote-tools.js";
import { inspectStore, openSpatial, readRowNames, writeAnnData } from "../src/index.js";
import { createStore, editStore, openStore } from "../src/node.js";
import { type Rows, tinyAnnData } from "./read-tiny-anndata.js";

const ROWS: Rows = Array.from({ length: 30 }, (_, i) => Array.from({ length: 6 }, (_, j) => (i + j) % 5));
const KEYS = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" };

let server: S3rver;
let access: StoreAccess;
let folder: string;

beforeAll(async () => {
  const { mkdtemp } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-s3rver-"));
  server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: folder,
    configureBuckets: [{ name: "bucket", configs: [] }],
  });
  const { port } = await server.run();
  access = { ...QUICK, endpointUrl: `http://127.0.0.1:${port}` };
});

afterAll(async () => {
  await server.close();
  const { rm } = await import("node:fs/promises");
  await rm(folder, { recursive: true, force: true });
});

afterEach(() => vi.unstubAllEnvs());

/** Leaves no credentials in the environment but these. */
function environment(variables: Record<string, string>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", "/no/such/home");
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

const parts = (key: string) => remoteParts(parseLocation(`s3://bucket/${key}`) as RemoteLocation, access);

async function upload(name: string): Promise<void> {
  const { fetch, sign, url } = await parts(name);
  for (const [key, body] of tinyAnnData(ROWS, { chunkLength: 20 }).files) {
    const answer = await fetch({ url: `${url}/${key}`, method: "PUT", body, sign, most: 1000 });
    expect(answer.status).toBe(200);
  }
}

const contents = (count: number) => ({
  spotCount: count,
  spotNames: Array.from({ length: count }, (_, i) => `spot ${i}`),
  geneNames: ["g"],
});

describe("S3 (against s3rver)", () => {
  it("reads a store with signed requests, lists it, and counts what that cost", async () => {
    environment(KEYS);
    await upload("some/section one.zarr");
    const store = await openStore("s3://bucket/some/section one.zarr", access);
    expect(store.name).toBe("s3://bucket/some/section one.zarr");
    const { counts } = await openSpatial(store);
    expect((await collect(counts)).values).toEqual(
      (await collect((await openSpatial(tinyAnnData(ROWS))).counts)).values,
    );
    const summary = await inspectStore(store);
    expect(summary.obsm.map(({ key }) => key)).toEqual(["spatial"]);
    expect(summary.complete).toBe(true);
    expect(store.transfer?.().requests).toBeGreaterThan(10);
  });

  it("takes keys from a profile, of the credentials file or the config file", async () => {
    environment(KEYS);
    await upload("profiled.zarr");
    const home = await testFolder();
    await mkdir(join(home, ".aws"));
    await writeFile(
      join(home, ".aws/credentials"),
      "# mine\n[default]\naws_access_key_id = WRONG\naws_secret_access_key = WRONG\n\n[lab]\r\naws_access_key_id=S3RVER\r\naws_secret_access_key = S3RVER\r\n",
    );
    await writeFile(
      join(home, ".aws/config"),
      "[profile  lab]\nregion = eu-north-1\n[profile sso]\nsso_session = x\n[profile cfg]\naws_access_key_id = S3RVER\naws_secret_access_key = S3RVER\ns3 =\n  addressing_style = path\n",
    );
    environment({ HOME: home, ...KEYS, AWS_ACCESS_KEY_ID: "OTHER" });
    await expect(openStore("s3://bucket/profiled.zarr", access)).rejects.toThrow(
      /403.*the keys in the environment/,
    );
    expect((await openStore("s3://bucket/profiled.zarr", { ...access, profile: "lab" })).name).toContain(
      "profiled",
    );
    expect((await openStore("s3://bucket/profiled.zarr", { ...access, profile: "cfg" })).name).toContain(
      "profiled",
    );
    environment({ HOME: home, AWS_PROFILE: "lab" });
    expect((await openStore("s3://bucket/profiled.zarr", access)).name).toContain("profiled");
    environment({ HOME: home });
    await expect(openStore("s3://bucket/profiled.zarr", access)).rejects.toThrow(/403.*the profile default/);
    await expect(openStore("s3://bucket/a", { ...access, profile: "sso" })).rejects.toThrow(
      /sso_session.*export-credentials/,
    );
    await expect(openStore("s3://bucket/a", { ...access, profile: "none" })).rejects.toThrow(
      /no such profile/,
    );
  });

  it("reads a public store with requests that are not signed", async () => {
    environment(KEYS);
    await upload("public.zarr");
    environment({});
    expect((await openStore("s3://bucket/public.zarr", access)).name).toBe("s3://bucket/public.zarr");
    environment({ AWS_ACCESS_KEY_ID: "WRONG", AWS_SECRET_ACCESS_KEY: "WRONG" });
    expect((await openStore("s3://bucket/public.zarr", { ...access, anonymous: true })).name).toContain(
      "public",
    );
  });

  it("no key and no signature is in a message", async () => {
    environment({
      AWS_ACCESS_KEY_ID: "AKIDWRONG",
      AWS_SECRET_ACCESS_KEY: "HUSHHUSH",
      AWS_SESSION_TOKEN: "TOKTOK",
    });
    const told: string[] = [];
    const tell = (error: Error) =>
      told.push(JSON.stringify(error), error.message, String(error.stack), String(error.cause));
    await openStore("s3://bucket/none.zarr", access).catch(tell);
    await openStore("s3://bucket/none.zarr.zip", access).catch(tell);
    await createStore("s3://bucket/new.zarr", { access }).catch(tell);
    await openStore("s3://bucket/x", { ...access, endpointUrl: "http://me:HUSHHUSH@127.0.0.1:1/" }).catch(
      tell,
    );
    await openStore("s3://bucket/x", { ...access, endpointUrl: "http://127.0.0.1:1/?key=HUSHHUSH" }).catch(
      tell,
    );
    await openStore("s3://bucket/x", { ...access, endpointUrl: "http://127.0.0.1:1", maxAttempts: 2 }).catch(
      tell,
    );
    expect(told).toHaveLength(24);
    expect(told.join()).not.toMatch(/AKIDWRONG|HUSHHUSH|TOKTOK|Signature/);
  });

  it("a bucket that is not there is told, not taken for an empty store", async () => {
    environment(KEYS);
    await expect(openStore("s3://no-such-bucket/a.zarr", access)).rejects.toThrow("404 (NoSuchBucket)");
  });

  it("writes a store that is seen only when it is whole", async () => {
    environment(KEYS);
    const out = "s3://bucket/results/new one.zarr";
    const store = await createStore(out, { access });
    await expect(createStore(out, { access })).rejects.toThrow(/another run at work there/);
    await writeAnnData({ ...store, commit: async () => undefined }, contents(70));
    await expect(openStore(out, access)).rejects.toThrow("neither zarr.json nor .zgroup");
    await store.commit();
    const names = await readRowNames(await openStore(out, access));
    expect(names).toEqual(contents(70).spotNames);
    const written = await openStore(out, access);
    expect(await written.list?.("/")).not.toContain(".flashdeconv-partial");
    expect(await store.get("/.zgroup")).toEqual(await written.get("/.zgroup"));
  });

  it("replaces a store only where that is allowed, and leaves nothing of the old one", async () => {
    environment(KEYS);
    const out = "s3://bucket/results/again.zarr";
    await writeAnnData(await createStore(out, { access }), contents(3), { zarrFormat: 3 });
    await expect(createStore(out, { access })).rejects.toThrow(/already there.*`overwrite`/);
    await writeAnnData(await createStore(out, { access, overwrite: true }), contents(2), { zarrFormat: 2 });
    const store = await openStore(out, access);
    expect(await readRowNames(store)).toHaveLength(2);
    expect(await store.get("/zarr.json")).toBeUndefined();
    await (await createStore(out, { access, overwrite: true })).discard();
    expect(await readRowNames(await openStore(out, access))).toHaveLength(2);
  });

  it("does not write over what is not a store, into a bare bucket, a zip or a web server, or in place", async () => {
    environment(KEYS);
    const { fetch, sign, url } = await parts("precious/data.txt");
    await fetch({ url, method: "PUT", body: new Uint8Array(3), sign, most: 1000 });
    await expect(createStore("s3://bucket/precious", { access, overwrite: true })).rejects.toThrow(
      "not a Zarr store",
    );
    await expect(createStore("s3://bucket", { access })).rejects.toThrow("a bucket without a name in it");
    await expect(createStore("s3://bucket/a.zip", { access })).rejects.toThrow("a zip file");
    await expect(createStore("https://host/a.zarr?sig=x", { access })).rejects.toThrow("found a web server");
    await expect(editStore("s3://bucket/a.zarr")).rejects.toThrow(/behind a network.*to a new store/);
    expect(await readObject("s3://bucket/precious/data.txt", access)).toHaveLength(3);
    await expect(readObject("s3://bucket/precious/none.txt", access)).rejects.toThrow("404");
  });

  it("a failure while it is uploaded leaves no store", async () => {
    environment(KEYS);
    const out = "s3://bucket/results/failed.zarr";
    const store = await createStore(out, { access: { ...access, maxAttempts: 1 } });
    const fetch = globalThis.fetch;
    vi.stubGlobal("fetch", (input: string, init: RequestInit) =>
      init.method === "PUT" && input.endsWith("var/.zattrs")
        ? Promise.resolve(new Response("<Code>AccessDenied</Code>", { status: 403 }))
        : fetch(input, init),
    );
    await expect(writeAnnData(store, contents(5))).rejects.toThrow("403 (AccessDenied)");
    vi.unstubAllGlobals();
    await expect(openStore(out, access)).rejects.toThrow("neither zarr.json nor .zgroup");
    await writeAnnData(await createStore(out, { access }), contents(4));
    expect(await readRowNames(await openStore(out, access))).toHaveLength(4);
  });
});
