import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { memoryStore, openLocation, registerOpeners, webOpeners } from "../src/index.js";
import { nodeOpeners } from "../src/node.js";
import { storedZip } from "./read-stored-zip.js";
import { fromMap, QUICK, testServer } from "./remote-tools.js";
import { FORMAT } from "./test-format.js";

const text = (content: string) => new TextEncoder().encode(content);
const MEMBERS = [
  ["a.zarr/.zgroup", text("{}")],
  ["a.zarr/X/0", text("counts ".repeat(50))],
] as const;

it("says what is registered where nothing opens a location", async () => {
  await expect(openLocation({ opener: "tape" })).rejects.toThrow(/tape: .*nothing here opens.*\(none\)/s);
  registerOpeners(webOpeners(FORMAT));
  await expect(openLocation("https://user:secret@host/a", QUICK)).rejects.not.toThrow("secret");
  await expect(openLocation("some/path")).rejects.toThrow(/registered here \(url, blob, picked\)/);
});

it("a second opener takes its own locations and texts, and leaves the others", async () => {
  const store = memoryStore();
  await store.set("/notes", text("on tape"));
  registerOpeners(nodeOpeners(FORMAT));
  registerOpeners({
    tape: {
      parse: (name) => (name.endsWith(".tape") ? { opener: "tape" } : undefined),
      open: async () => ({ ...store, close: async () => undefined }),
    },
  });
  for (const location of ["here.tape", { opener: "tape" }]) {
    expect(await (await openLocation(location)).get("/notes")).toEqual(text("on tape"));
  }
  await expect(openLocation("nowhere.zarr")).rejects.toThrow("nothing at this path");
});

it.each([
  ["stored", undefined],
  ["deflated", (bytes: Uint8Array) => deflateRawSync(bytes)],
])("a zip whose members are %s reads alike from a path, a URL and a Blob", async (_, deflate) => {
  const zip = storedZip(MEMBERS, deflate);
  const folder = await mkdtemp(join(tmpdir(), "flashdeconv-zip-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "a.zarr.zip");
  await writeFile(path, zip);
  const { url } = await testServer({ read: fromMap(new Map([["a.zarr.zip", zip]])) });
  const blob = new Blob([zip]);
  registerOpeners({ ...webOpeners(FORMAT), ...nodeOpeners(FORMAT) });
  const remote = `${url}/a.zarr.zip`;
  const open = [
    path,
    remote,
    { opener: "url", url: remote },
    structuredClone({ opener: "blob", blob, name: "a" }),
  ];
  registerOpeners(webOpeners(FORMAT));
  const inPage = await openLocation({ opener: "url", url: remote }, QUICK);
  registerOpeners(nodeOpeners(FORMAT));
  const stores = [...(await Promise.all(open.map((location) => openLocation(location, QUICK)))), inPage];
  for (const store of stores) {
    expect(await store.get("/X/0")).toEqual(MEMBERS[1][1]);
    expect(await store.getRange?.("/X/0", { offset: 7, length: 6 })).toEqual(text("counts"));
    expect(await store.list?.("/")).toEqual([".zgroup", "X"]);
    await store.close();
  }
});

it("a Blob that was cut off is told by its name", async () => {
  registerOpeners(webOpeners(FORMAT));
  const blob = new Blob([storedZip(MEMBERS).slice(0, -9)]);
  await expect(openLocation({ opener: "blob", blob, name: "picked.zip" })).rejects.toThrow(
    /picked.zip: .*no directory at its end/s,
  );
});
