import { chmod, cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { remoteServer } from "../../../packages/stores/test/remote-server.js";
import { fromFolder } from "../../../packages/stores/test/remote-tools.js";
import { browserCommand } from "../src/view/open-browser.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { writeContainer } from "./small-container.js";
import { smallStores } from "./small-stores.js";
import { ask, type RunningView, startView, writePage } from "./view-tools.js";

const stores = smallStores();

async function run(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCli(["run", ...args, "--reference", stores.reference, "--quiet"]);
  expect(code, stderr).toBe(0);
}

const resultIn = async (folder: string, name = "result.zarr") => {
  await run([stores.spatial, "--out", join(folder, name)]);
  return join(folder, name);
};

const status = async (place: RunningView, key: string) =>
  (await ask(place, `/${place.token}/store/${key}`)).status;
const content = async (place: RunningView, key: string) =>
  (await ask(place, `/${place.token}/store/${key}`)).body;

it("serves the page, what it shows, and the keys of the result", async () => {
  const folder = await temporaryFolder();
  const result = await resultIn(folder, "my section ß 细胞.zarr");
  const place = await startView([result, "--no-open"]);
  for (const path of ["/", `/${place.token}/`, `/${place.token}/index.html`]) {
    const { status, headers, body } = await ask(place, path);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(body.toString()).toContain("the page");
  }
  for (const path of ["/view.js", `/${place.token}/view.js`]) {
    expect((await ask(place, path)).headers["content-type"]).toBe("text/javascript; charset=utf-8");
  }
  expect((await ask(place, `/${place.token}`)).status).toBe(404);
  const about = await ask(place, `/${place.token}/store.json`);
  expect(JSON.parse(about.body.toString())).toEqual({
    name: "my section ß 细胞.zarr",
    key: "flashdeconv",
    kind: "zarr",
  });
  for (const key of ["obsm/flashdeconv/.zattrs", "obsm/spatial/0.0", "obs/_index/0"]) {
    expect(await content(place, key)).toEqual(await readFile(join(result, key)));
  }
  const { metadata } = JSON.parse((await content(place, ".zmetadata")).toString());
  const all = JSON.parse(await readFile(join(result, ".zmetadata"), "utf8")).metadata;
  expect(metadata["obsm/flashdeconv/.zattrs"]).toEqual(all["obsm/flashdeconv/.zattrs"]);
  expect(Object.keys(metadata).filter((key) => /^(X|layers|obsp|varm|varp)\b/.test(key))).toEqual([]);
  const { code, stdout, stderr } = await place.stop();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`my section ß 细胞.zarr: obsm/flashdeconv\n${place.address}\n`);
});

it("answers ranges, and HEAD without content", async () => {
  const place = await startView([await resultIn(await temporaryFolder()), "--no-open"]);
  const path = `/${place.token}/store/obsm/spatial/0.0`;
  const { body: all, headers: whole } = await ask(place, path);
  expect(whole).toMatchObject({ "accept-ranges": "bytes", "content-length": `${all.length}` });
  const { length } = all;
  const cases: [string, number, Buffer, string | undefined][] = [
    ["bytes=0-0", 206, all.subarray(0, 1), `bytes 0-0/${length}`],
    ["bytes=5-9", 206, all.subarray(5, 10), `bytes 5-9/${length}`],
    ["bytes=5-", 206, all.subarray(5), `bytes 5-${length - 1}/${length}`],
    ["bytes=-7", 206, all.subarray(length - 7), `bytes ${length - 7}-${length - 1}/${length}`],
    [`bytes=0-${10 * length}`, 206, all, `bytes 0-${length - 1}/${length}`],
    [`bytes=-${10 * length}`, 206, all, `bytes 0-${length - 1}/${length}`],
    [`bytes=${length}-`, 416, Buffer.from("Beyond the end.\n"), `bytes */${length}`],
    ["bytes=-0", 416, Buffer.from("Beyond the end.\n"), `bytes */${length}`],
    ["bytes=9-5", 200, all, undefined],
    ["bytes=0-1,3-4", 200, all, undefined],
    ["lines=0-1", 200, all, undefined],
    ["bytes=-", 200, all, undefined],
  ];
  for (const [range, status, body, told] of cases) {
    const answer = await ask(place, path, { headers: { Range: range } });
    expect([range, answer.status, answer.headers["content-range"]]).toEqual([range, status, told]);
    expect(answer.body.equals(body), range).toBe(true);
    const head = await ask(place, path, { method: "HEAD", headers: { Range: range } });
    expect([head.status, head.headers["content-length"], head.body.length]).toEqual([
      status,
      `${body.length}`,
      0,
    ]);
  }
});

it.each([2, 3] as const)(
  "of a section of Zarr v%d with a result in it, nothing but the result",
  async (zarrFormat) => {
    const section = join(await temporaryFolder(), "section.zarr");
    if (zarrFormat === 2) await cp(stores.spatial, section, { recursive: true });
    else await writeContainer(section, 3);
    const inPlace = ["--in-place", "--key-added", "mine"];
    await run([section, ...inPlace, ...(zarrFormat === 3 ? ["--table", "square_008um"] : [])]);
    const place = await startView([section, "--key", "mine", "--no-open"]);
    const below = zarrFormat === 3 ? "tables/square_008um/" : "";
    const documents = zarrFormat === 3 ? ["zarr.json"] : [".zattrs", ".zgroup"];
    const about = JSON.parse((await ask(place, `/${place.token}/store.json`)).body.toString());
    expect(about.table).toBe(zarrFormat === 3 ? "square_008um" : undefined);
    for (const name of documents) {
      for (const path of ["", "obs/", "var/", "obsm/mine/", "uns/mine_params/"]) {
        const isThere = name !== ".zattrs" || path !== "";
        if (isThere) expect(await status(place, `${below}${path}${name}`), path + name).toBe(200);
      }
      for (const path of ["X/", "X/data/", "var/_index/", "obsm/truth/", "layers/"]) {
        expect(await status(place, `${below}${path}${name}`), path + name).toBe(404);
      }
    }
    const chunk = zarrFormat === 3 ? "c/0" : "0";
    expect(await status(place, `${below}obs/_index/${chunk}`)).toBe(200);
    for (const path of ["X/data", "X/indices", "var/_index", "obsm/truth/type_0"]) {
      expect(await status(place, `${below}${path}/${chunk}`), path).toBe(404);
    }
    if (zarrFormat === 2) expect(await status(place, "obsm/spatial/0.0")).toBe(200);
    else {
      expect(await status(place, "shapes/left/shapes.parquet")).toBe(200);
      expect(await status(place, "shapes/.zgroup")).toBe(404);
    }
  },
);

it("reads an h5ad, a zip and a result behind a URL through their stores", async () => {
  const folder = await temporaryFolder();
  const result = await resultIn(folder);
  await run([stores.spatial, "--out", join(folder, "result.h5ad")]);
  const server = await remoteServer({ read: fromFolder(folder) });
  const far = `${server.url}/result.zarr`;
  const expected = await readFile(join(result, "obsm/spatial/0.0"));
  const place = await startView([far, "--no-open"]);
  expect(await content(place, "obsm/spatial/0.0")).toEqual(expected);
  expect(await status(place, "X/0.0")).toBe(404);
  expect(await status(place, "obs/_index/99")).toBe(404);
  const range = await ask(place, `/${place.token}/store/obsm/spatial/0.0`, {
    headers: { Range: "bytes=-4" },
  });
  expect([range.status, range.body]).toEqual([206, expected.subarray(-4)]);
  await place.stop();
  // What fails behind the network is told, and the server goes on.
  const broken = await startView([far, "--no-open", "--max-attempts", "1"]);
  await server.close();
  const failed = await ask(broken, `/${broken.token}/store/obsm/spatial/0.0`);
  expect([failed.status, failed.body.toString()]).toEqual([502, expect.stringContaining("obsm/spatial/0.0")]);
  expect((await broken.stop()).code).toBe(0);

  const h5 = await startView([join(folder, "result.h5ad"), "--no-open"]);
  const { metadata } = JSON.parse((await content(h5, ".zmetadata")).toString());
  expect(metadata["obsm/spatial/.zarray"].shape).toEqual([200, 2]);
  const { chunks, compressor } = metadata["obsm/spatial/.zarray"];
  const bytes = await content(h5, "obsm/spatial/0.0");
  if (compressor === null) expect(bytes.length).toBe(8 * chunks[0] * chunks[1]);
  expect(await status(h5, "X/.zarray")).toBe(404);
});

it("says what is wrong before it starts", async () => {
  const folder = await temporaryFolder();
  const pageFolder = await writePage(folder);
  const fails = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(["view", ...args, "--no-open"], { pageFolder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    return stderr;
  };
  expect(await fails(join(folder, "none.zarr"))).toContain("nothing at this path");
  expect(await fails(join(folder, "table.csv"))).toContain("a table has neither positions");
  expect(await fails(stores.spatial)).toMatch(/obsm\/flashdeconv: found .*no result.*flashdeconv run/s);
  expect(await fails(stores.spatial, "--key", "truth")).toContain("no result of flashdeconv");
  expect(await fails(stores.spatial, "--port", "70000")).toContain("option --port: found 70000");
  for (const time of ["10", "-1m", "0s", "1d", "x", "999999h"]) {
    expect(await fails(stores.spatial, "--for", time)).toContain("option --for: ");
  }
  expect(await fails(stores.spatial, "--region", "x")).toContain("option --region: ");
  const section = join(folder, "section.zarr");
  await cp(stores.spatial, section, { recursive: true });
  for (const key of ["one", "two"]) await run([section, "--in-place", "--key-added", key]);
  expect(await fails(section)).toMatch(/option --key: found "flashdeconv".*one, two/);
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  expect(await fails(section, "--key", "one", "--port", `${port}`)).toMatch(/option --port: .*EADDRINUSE/);
  await new Promise((resolve) => taken.close(resolve));
  const none = await runCli(["view", section, "--key", "one"], { pageFolder: join(folder, "nowhere") });
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("Install flashdeconv again")]);
});

it("tells of other results where none is named", async () => {
  const section = join(await temporaryFolder(), "section.zarr");
  await cp(stores.spatial, section, { recursive: true });
  await run([section, "--in-place"]);
  await run([section, "--in-place", "--key-added", "other"]);
  const place = await startView([section, "--no-open"]);
  expect((await place.stop()).stderr).toBe("note: The store holds other results too: --key other.\n");
});

it("prints one line with --json, and ends by itself after --for", async () => {
  const folder = await temporaryFolder();
  const result = await resultIn(folder);
  const pageFolder = await writePage(folder);
  const { code, stdout } = await runCli(["view", result, "--json", "--no-open", "--for", "0.2s"], {
    pageFolder,
  });
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  const { address, ...rest } = JSON.parse(stdout);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/);
  expect(rest).toEqual({ result: "result.zarr", key: "flashdeconv", table: null });
});

it("shows a result that nobody may write to", async () => {
  const folder = await temporaryFolder();
  const result = await resultIn(folder);
  await chmod(result, 0o555);
  await chmod(folder, 0o555);
  const place = await startView([result, "--no-open"]);
  expect(await status(place, "obs/.zattrs")).toBe(200);
  await place.stop();
  await chmod(folder, 0o755);
  await chmod(result, 0o755);
});

it("opens a browser at an address that leads to the result once", async () => {
  const folder = await temporaryFolder();
  const result = await resultIn(folder);
  const bin = join(folder, "bin");
  await mkdir(bin);
  const [told, ready] = [join(folder, "told"), join(folder, "ready")];
  const script = `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > '${told}.part'\n/bin/mv '${told}.part' '${told}'\n`;
  for (const name of ["xdg-open", "open"]) await writeFile(join(bin, name), script, { mode: 0o755 });
  const place = await startView([result], { PATH: bin, DISPLAY: ":9" });
  let text = "";
  while (text === "") {
    text = await rename(told, ready)
      .then(() => readFile(ready, "utf8"))
      .catch(() => "");
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [count, address] = text.trim().split("\n");
  expect(count).toBe("1");
  expect(address).not.toContain(place.token);
  const { pathname } = new URL(address);
  expect((await ask(place, pathname, { method: "HEAD" })).status).toBe(404);
  expect(await ask(place, pathname)).toMatchObject({
    status: 303,
    headers: { location: `/${place.token}/` },
  });
  expect((await ask(place, pathname)).status).toBe(404);
});

it("a browser that is not there is no error", async () => {
  const result = await resultIn(await temporaryFolder());
  const place = await startView([result], { PATH: "/nowhere", DISPLAY: ":9" });
  expect((await ask(place, "/")).status).toBe(200);
  expect(await place.stop()).toMatchObject({ code: 0, stderr: "" });
});

it("knows how each system opens an address, and that a terminal alone has no browser", () => {
  const address = "http://127.0.0.1:1/x/";
  const of = (platform: NodeJS.Platform, variables = {}) => browserCommand(address, { platform, variables });
  expect(of("linux")).toBeUndefined();
  for (const name of ["DISPLAY", "WAYLAND_DISPLAY"])
    expect(of("linux", { [name]: ":0" })).toEqual(["xdg-open", address]);
  expect(of("darwin")).toEqual(["open", address]);
  expect(of("win32")).toEqual(["rundll32", "url.dll,FileProtocolHandler", address]);
});
