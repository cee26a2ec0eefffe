import { readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { thisOwner } from "../../stores/src/node/owner-tag.js";
import { parseLocation, type RemoteLocation } from "../../stores/src/node/remote/parse-location.js";
import { putFile } from "../../stores/src/node/remote/put-object.js";
import { remoteParts } from "../../stores/src/node/remote/remote-parts.js";
import { objectService } from "../../stores/test/object-service.js";
import { QUICK, testFolder } from "../../stores/test/remote-tools.js";
import { inspectStore, readRowNames, writeAnnData } from "../src/index.js";
import { openArrays, writeArrays } from "../src/internal.js";
import { createStore, openStore } from "../src/node.js";

const CONTENTS = {
  spotCount: 50,
  spotNames: Array.from({ length: 50 }, (_, i) => `spot ${i}`),
  geneNames: ["g & h"],
};

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS|AZURE|GOOGLE|CLOUDSDK)_/.test(name)) vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HOME", "/no/such/home");
});
afterEach(() => vi.unstubAllEnvs());

/** The services, how their requests are told from others', and what shows who asks. */
const SERVICES = [
  ["s3", { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "SECRET" }, /^AWS4-HMAC-SHA256 Credential=A\//, ""],
  ["gs", { GOOGLE_OAUTH_ACCESS_TOKEN: "SECRET" }, /^Bearer SECRET$/, ""],
  ["az", { AZURE_STORAGE_AUTH_TOKEN: "SECRET", AZURE_STORAGE_ACCOUNT: "a" }, /^Bearer SECRET$/, ""],
  ["az", { AZURE_STORAGE_SAS_TOKEN: "?sv=1&sig=SECRET", AZURE_STORAGE_ACCOUNT: "a" }, undefined, "SECRET"],
] as const;

describe.each(SERVICES)("a store at %s:// (%o)", (scheme, variables, authorization, signature) => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  });
  const open = async () => {
    const service = await objectService();
    service.allows = ({ headers, url }) =>
      authorization
        ? authorization.test(headers.authorization ?? "")
        : url.searchParams.get("sig") === signature && headers["x-ms-version"] !== undefined;
    const access = { ...QUICK, endpointUrl: service.url };
    const remote = async (location: string) => remoteParts(parseLocation(location) as RemoteLocation, access);
    return { service, access, parts: remote };
  };
  const at = `${scheme}://bucket/results/new one.zarr`;

  it("is written and read, its root last", async () => {
    const { service, access } = await open();
    await writeAnnData(await createStore(at, { access }), CONTENTS);
    const store = await openStore(at, access);
    expect(await readRowNames(store)).toEqual(CONTENTS.spotNames);
    expect((await inspectStore(store)).complete).toBe(true);
    expect((await store.list?.("/"))?.includes("obs")).toBe(true);
    const puts = service.changes.filter((change) => change.startsWith("+")).map((change) => change.slice(30));
    expect(puts.slice(-3)).toEqual([".zattrs", ".zmetadata", ".zgroup"]);
    const firstDocument = puts.findIndex((key) => key.includes("/.z"));
    expect(puts.slice(1, firstDocument).every((key) => /\d$/.test(key))).toBe(true);
    expect(puts.slice(firstDocument, -3).every((key) => /\/\.z\w+$/.test(key))).toBe(true);
    expect(puts[0]).toBe(".flashdeconv-partial");
    expect(service.objects.has("bucket/results/new one.zarr/.flashdeconv-partial")).toBe(false);
  });

  it("is written through faults", async () => {
    const { service, access } = await open();
    service.fault = (_request, number) => (number % 4 === 1 ? 503 : undefined);
    await writeAnnData(await createStore(at, { access }), CONTENTS);
    expect(await readRowNames(await openStore(at, access))).toEqual(CONTENTS.spotNames);
  });

  it("an object that is large goes up in parts", async () => {
    const { service, parts } = await open();
    const path = join(await testFolder(), "large");
    const bytes = Uint8Array.from({ length: 2500 }, (_, i) => i % 256);
    await writeFile(path, bytes);
    const remote = await parts(at);
    service.failedCompletions = 2;
    service.fault = (_request, number) => (number === 2 ? 500 : undefined);
    await putFile(remote, remote.url, path, 1000);
    expect(new Uint8Array(service.objects.get("bucket/results/new one.zarr") as Uint8Array)).toEqual(bytes);
    const sizes = service.requests.map((request) => request.bytes).filter((size) => size >= 500);
    expect([...new Set(sizes)].sort()).toEqual([1000, 500]);
  });

  it("no secret is told where it is refused", async () => {
    const { service, access } = await open();
    service.allows = () => false;
    const errors = await Promise.all([
      openStore(at, access).catch((error) => error),
      createStore(at, { access }).catch((error) => error),
      openStore(at, { ...access, anonymous: true }).catch((error) => error),
    ]);
    for (const error of errors) {
      expect(error).toMatchObject({ tag: "StoreError", status: 403 });
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain("SECRET");
    }
    expect(errors[0].message).toMatch(/Requests (carried|were signed)/);
    expect(errors[2].message).toContain("Requests were not signed");
  });
});

describe("uploads", () => {
  it("parts of an upload that fails are thrown away", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "A");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "B");
    const service = await objectService();
    const access = { ...QUICK, maxAttempts: 1, endpointUrl: service.url };
    const location = parseLocation("s3://bucket/large") as RemoteLocation;
    const remote = await remoteParts(location, access);
    const path = join(await testFolder(), "large");
    await writeFile(path, new Uint8Array(2500));
    service.fault = ({ url }) => (url.searchParams.get("partNumber") === "2" ? 500 : undefined);
    await expect(putFile(remote, remote.url, path, 1000)).rejects.toThrow("the answer 500");
    expect(service.requests.at(-1)).toMatchObject({ method: "DELETE" });
    service.fault = () => undefined;
    service.failedCompletions = 100;
    await expect(putFile(remote, remote.url, path, 1000)).rejects.toThrow(
      /cannot be put together \(InternalError\)/,
    );
    expect(service.objects.size).toBe(0);
  });

  it("an old store is replaced once the new one is there, and what a killed run left is cleaned up", async () => {
    vi.stubEnv("GOOGLE_OAUTH_ACCESS_TOKEN", "t");
    const service = await objectService();
    const access = { ...QUICK, endpointUrl: service.url };
    const out = "gs://bucket/a.zarr";
    await writeAnnData(await createStore(out, { access }), CONTENTS, { zarrFormat: 3 });
    service.changes.length = 0;
    await writeAnnData(await createStore(out, { access, overwrite: true }), { ...CONTENTS, geneNames: [] });
    const done = service.changes.map((change) => change.replace("bucket/a.zarr/.flashdeconv-", ""));
    const journal = done.indexOf("+ journal");
    expect(done[0]).toBe("+ partial");
    expect(done.slice(1, journal).every((change) => change.startsWith("+ new/"))).toBe(true);
    expect(done[journal + 1]).toBe("- bucket/a.zarr/zarr.json");
    expect([...service.objects.keys()].filter((key) => key.includes("/.flashdeconv"))).toEqual([]);
    expect([...service.objects.keys()].some((key) => key.endsWith("zarr.json"))).toBe(false);

    const killed = JSON.stringify({ ...thisOwner(), pid: 999_999_999 });
    service.objects.set("bucket/b.zarr/.flashdeconv-partial", new TextEncoder().encode(killed));
    service.objects.set("bucket/b.zarr/obs/left/0", new Uint8Array(1));
    await writeAnnData(await createStore("gs://bucket/b.zarr", { access }), CONTENTS);
    expect(service.objects.has("bucket/b.zarr/obs/left/0")).toBe(false);
    expect(await readRowNames(await openStore("gs://bucket/b.zarr", access))).toHaveLength(50);
  });

  it.each([
    ["s3", 1],
    ["gs", 5],
    ["az", 5],
  ])(
    "a run that is stopped at any request while it replaces a store loses neither old nor new (%s)",
    async (scheme, step) => {
      vi.stubEnv("AZURE_STORAGE_ACCOUNT", "a");
      vi.stubEnv("AZURE_STORAGE_SAS_TOKEN", "?sig=s");
      const service = await objectService();
      const access = { ...QUICK, maxAttempts: 1, endpointUrl: service.url };
      const out = `${scheme}://bucket/a.zarr`;
      const write = async (run: number) => {
        const numbers = { [`of_run_${run}`]: Float64Array.of(run), both: Float64Array.of(run) };
        const store = await createStore(out, { access, overwrite: true });
        await writeArrays(store, { attributes: { run }, numbers, strings: {} });
      };
      const hidden = () => [...service.objects.keys()].filter((key) => key.includes("/.flashdeconv"));
      /** The run whose store is there, all of it; undefined where there is none. */
      const present = async () => {
        const root = service.objects.get("bucket/a.zarr/.zattrs");
        if (!root) return undefined;
        const { run } = JSON.parse(new TextDecoder().decode(root)) as { run: number };
        const arrays = await openArrays(await openStore(out, access));
        const make = (length: number) => new Float64Array(length);
        for (const name of [`of_run_${run}`, "both"]) {
          expect(await arrays.readNumbers(name, 1, make)).toEqual(Float64Array.of(run));
        }
        expect(
          [...service.objects.keys()].filter(
            (key) => /of_run/.test(key) && !key.includes(`of_run_${run}/`) && !key.includes("/.flashdeconv"),
          ),
        ).toEqual([]);
        return run;
      };
      let seen = "";
      for (let stop = 1; ; stop += step) {
        service.objects.clear();
        service.changes.length = 0;
        service.fault = () => undefined;
        await write(1);
        const first = service.changes.length;
        const isStopped = () => service.changes.length >= first + stop;
        service.fault = ({ method }) => (method !== "GET" && isStopped() ? 500 : undefined);
        const failed = await write(2).then(
          () => false,
          () => true,
        );
        service.fault = () => undefined;
        if (!failed) break;
        const killed = JSON.stringify({ ...thisOwner(), pid: 999_999_999 });
        if (service.objects.has("bucket/a.zarr/.flashdeconv-partial")) {
          service.objects.set("bucket/a.zarr/.flashdeconv-partial", new TextEncoder().encode(killed));
        }
        const hasJournal = service.objects.has("bucket/a.zarr/.flashdeconv-journal");
        const before = hasJournal ? undefined : await present();
        const roots = [".zattrs", ".zmetadata", ".zgroup"].map((name) => `bucket/a.zarr/${name}`);
        if (hasJournal && !roots.some((root) => service.objects.has(root))) {
          await expect(openStore(out, access)).rejects.toThrow(/is being replaced.*completes it/);
        }
        // The next run, whatever becomes of it.
        await (await createStore(out, { access, overwrite: true })).discard();
        const after = await present();
        expect(after, `stopped after ${stop} changes`).toBe(hasJournal ? 2 : before);
        expect(hidden()).toEqual([]);
        seen += hasJournal ? "j" : `${before}`;
      }
      // First the old one is there, then the journal's time, then the new one.
      expect(seen).toMatch(/^1+j+2+$/);
      if (step === 1) expect(seen.length).toBeGreaterThan(20);
    },
  );

  it.each(["s3", "gs", "az"])(
    "one run at a time writes to a place (%s): of six that begin at once one gets it",
    async (scheme) => {
      vi.stubEnv("AZURE_STORAGE_ACCOUNT", "a");
      vi.stubEnv("AZURE_STORAGE_SAS_TOKEN", "?sig=s");
      const service = await objectService();
      const access = { ...QUICK, endpointUrl: service.url };
      const out = `${scheme}://bucket/a.zarr`;
      const all = await Promise.allSettled(Array.from({ length: 6 }, () => createStore(out, { access })));
      const refused = all.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
      const opened = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      expect([opened.length, refused.length]).toEqual([1, 5]);
      for (const error of refused) {
        expect(error).toMatchObject({ tag: "StoreError", path: out });
        expect(error.message).toMatch(
          new RegExp(
            `another run at work there \\(process ${process.pid} on .*remove ${out}/.flashdeconv-partial`,
          ),
        );
      }
      await expect(createStore(out, { access, overwrite: true })).rejects.toThrow("another run at work");
      await writeAnnData(opened[0], CONTENTS);
      expect(await readRowNames(await openStore(out, access))).toEqual(CONTENTS.spotNames);
      await expect(createStore(out, { access })).rejects.toThrow("already there");
      expect([...service.objects.keys()].filter((key) => key.endsWith("-partial"))).toEqual([]);
    },
  );

  it.each(["ignored", "refused"] as const)(
    "where conditions are %s the run whose mark was replaced notices before it uploads",
    async (conditions) => {
      const service = await objectService();
      service.conditions = conditions;
      const access = { ...QUICK, endpointUrl: service.url };
      const out = "s3://bucket/a.zarr";
      const first = await createStore(out, { access, overwrite: true });
      await expect(createStore(out, { access, overwrite: true })).rejects.toThrow("another run at work");
      const mark = "bucket/a.zarr/.flashdeconv-partial";
      const other = JSON.stringify({ ...thisOwner(), host: "elsewhere", machine: "other", id: "1" });
      service.objects.set(mark, new TextEncoder().encode(other));
      service.changes.length = 0;
      await expect(writeAnnData(first, CONTENTS)).rejects.toThrow(
        /another run at work there \(process \d+ on elsewhere/,
      );
      await first.discard().catch(() => undefined);
      expect(service.changes).toEqual([]);
      expect(new TextDecoder().decode(service.objects.get(mark))).toBe(other);
    },
  );

  it("a mark that was removed by hand is made again; one whose answer was lost is known", async () => {
    const service = await objectService();
    const access = { ...QUICK, endpointUrl: service.url };
    const mark = "bucket/a.zarr/.flashdeconv-partial";
    let lostCount = 0;
    service.loses = ({ url }) => url.pathname.endsWith("-partial") && lostCount++ === 0;
    const store = await createStore("s3://bucket/a.zarr", { access });
    service.objects.delete(mark);
    await writeAnnData(store, CONTENTS);
    expect(service.changes.filter((change) => change === `+ ${mark}`)).toHaveLength(2);
    expect(lostCount).toBeGreaterThan(2);
    expect(service.objects.has(mark)).toBe(false);
    expect(await readRowNames(await openStore("s3://bucket/a.zarr", access))).toHaveLength(50);
  });

  it("nothing is left on this machine", async () => {
    const service = await objectService();
    const access = { ...QUICK, endpointUrl: service.url };
    await writeAnnData(await createStore("gs://bucket/a.zarr", { access }), CONTENTS);
    await (await createStore("gs://bucket/b.zarr", { access })).discard();
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith("flashdeconv-upload-"));
    const { ownerTag } = await import("../../stores/src/node/owner-tag.js");
    const ours = ownerTag().replace(/-[^-]*$/, "");
    expect(left.filter((name) => name.includes(ours))).toEqual([]);
    expect([...service.objects.keys()].filter((key) => key.includes("b.zarr"))).toEqual([]);
  });

  it("az needs an account", async () => {
    await expect(openStore("az://container/a.zarr")).rejects.toThrow(/AZURE_STORAGE_ACCOUNT/);
  });

  it.each(["not a url", "ftp://host", "http://u:p@host", "http://host/?a"])(
    "refuses the endpoint %s",
    async (endpointUrl) => {
      for (const scheme of ["s3", "gs", "az"]) {
        const error = await openStore(`${scheme}://bucket/a`, { endpointUrl }).catch((thrown) => thrown);
        expect(error).toMatchObject({ tag: "OptionError", option: "endpointUrl" });
        expect(error.message).not.toContain("u:p");
      }
    },
  );
});
