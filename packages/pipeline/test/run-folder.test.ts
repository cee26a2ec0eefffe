import { describe, expect, it } from "vitest";
import type { Piece } from "../src/contracts/checkpoint.js";
import {
  isRunFolderThere,
  leaveRunFolder,
  openRunFolder,
  openRunParts,
  peekRunFolder,
} from "../src/platform/node/run-folder.js";
import { inBucket, onDisk, type TestPlace } from "./run-places.js";

const facts = { input: "the tissue" };
const plan = { pieces: 2 };

function piece(length = 5): Piece {
  const rows = Float64Array.from({ length }, (_, i) => i / 3);
  return { facts: { some: "facts" }, arrays: { rows, order: Int32Array.from([3, 1, 2]) } };
}

/** Opens the run, keeps pieces, and leaves it as a run does that was stopped. */
async function keep(place: TestPlace, pieces: Readonly<Record<string, Piece>>, options = {}): Promise<void> {
  const run = await openRunFolder(place.path, { facts, reach: place.reach, resume: true, ...options });
  for (const [name, one] of Object.entries(pieces)) await run.checkpoint.save(name, () => one);
  await run.checkpoint.settle();
  expect(await run.leave()).toBe(true);
}

const places: [string, (name?: string) => Promise<TestPlace>][] = [
  ["on a disk", onDisk],
  ["in a bucket", inBucket],
];
describe.each(places)("a run's folder %s", (_, make) => {
  it("keeps pieces for the next run, and nothing when that is over", async () => {
    const place = await make();
    expect(await isRunFolderThere(place.path, place.reach)).toBe(false);
    expect(await peekRunFolder(place.path, place.reach)).toBeUndefined();
    // More than is fetched at once.
    const large = piece(2 ** 20 + 1001);
    await keep(place, { large, small: piece(), plain: { facts: [1], arrays: {} } });
    expect(await place.names()).toEqual(["1.piece", "2.piece", "manifest.jsonl"]);
    expect(await place.left()).toEqual([]);
    expect(await isRunFolderThere(place.path, place.reach)).toBe(true);
    const run = await openRunFolder(place.path, { facts, reach: place.reach, resume: true });
    expect(run.resumedCount).toBe(3);
    expect(await run.checkpoint.load("large")).toEqual(large);
    expect(await run.checkpoint.load("small")).toEqual(piece());
    expect(await run.checkpoint.load("plain")).toEqual({ facts: [1], arrays: {} });
    await run.checkpoint.save("small", () => piece(3));
    await run.checkpoint.settle();
    expect(await place.names()).toEqual(["1.piece", "3.piece", "lock", "manifest.jsonl"]);
    expect(await run.checkpoint.load("small")).toEqual(piece(3));
    await run.remove();
    expect(await place.names()).toEqual([]);
    expect(await place.left()).toEqual([]);
  });

  it("is left empty where nothing was kept", async () => {
    const place = await make();
    const run = await openRunFolder(place.path, { facts, reach: place.reach });
    await run.note("result");
    expect((await peekRunFolder(place.path, place.reach))?.notes).toEqual(new Set(["result"]));
    expect(await run.leave()).toBe(false);
    expect(await place.names()).toEqual([]);
    expect(await isRunFolderThere(place.path, place.reach)).toBe(false);
  });

  it("refuses what is left, unless it is resumed by the same run or deleted", async () => {
    const place = await make();
    await keep(place, { a: piece() });
    const { path, reach } = place;
    await expect(openRunFolder(path, { facts, reach })).rejects.toThrow("with 1 finished piece");
    const other = { facts: { input: "another" }, reach };
    await expect(openRunFolder(path, { ...other, resume: true })).rejects.toThrow("input: was the tissue");
    const run = await openRunFolder(path, { ...other, restart: true });
    expect(run.checkpoint.names()).toEqual([]);
    await run.leave();
    expect(await place.names()).toEqual([]);
  });

  it("is one run's at a time, which is named", async () => {
    const place = await make();
    const run = await openRunFolder(place.path, { facts, reach: place.reach });
    const second = openRunFolder(place.path, { facts, reach: place.reach, resume: true });
    await expect(second).rejects.toThrow(`another run at work there (process ${process.pid}`);
    await run.checkpoint.save("a", () => piece());
    await run.leave();
    await keep(place, { b: piece() });
    expect(await place.names()).toEqual(["1.piece", "2.piece", "manifest.jsonl"]);
  });

  it("holds to a list that was torn, as far as it goes", async () => {
    const place = await make();
    await keep(place, { a: piece(), b: piece(4), c: piece(3) });
    const text = Buffer.from(await place.read("manifest.jsonl")).toString();
    await place.write("manifest.jsonl", text.slice(0, -20));
    const run = await openRunFolder(place.path, { facts, reach: place.reach, resume: true });
    expect(run.checkpoint.names()).toEqual(["a", "b"]);
    await run.checkpoint.save("c", () => piece(2));
    await run.leave();
    const again = await openRunParts(place.path, place.reach);
    expect(again.names()).toEqual(["a", "b", "c"]);
    expect(await again.load("c")).toEqual(piece(2));
    expect(await again.load("b")).toEqual(piece(4));
  });

  it("misses pieces and parts that are gone, cut, longer or changed", async () => {
    const place = await make();
    const faults: ((bytes: Uint8Array) => Uint8Array | undefined)[] = [
      () => undefined,
      (bytes) => bytes.slice(0, 9),
      (bytes) => bytes.slice(0, -1),
      () => new Uint8Array(0),
      (bytes) => Buffer.concat([bytes, Buffer.from("x")]),
      ...[0, 20, 80, 130].map((at) => (bytes: Uint8Array) => bytes.map((b, i) => (i === at ? b ^ 1 : b))),
    ];
    await keep(place, { a: piece() }, { plan });
    const parts = await openRunParts(place.path, place.reach);
    await parts.write("survey/0-4096", piece(7));
    const [ofPiece, ofPart] = ["2.piece", "parts/survey/0-4096.piece"];
    const [name] = (await place.names()).filter((one) => /^\d+\.piece$/.test(one));
    const files = [name ?? ofPiece, ofPart];
    const whole = await Promise.all(files.map((file) => place.read(file)));
    for (const fault of faults) {
      for (const [i, file] of files.entries()) {
        const bytes = fault(whole[i].slice());
        if (bytes === undefined) await place.remove(file);
        else await place.write(file, bytes);
      }
      const found = await openRunParts(place.path, place.reach);
      expect(await found.load("a")).toBeUndefined();
      expect(await found.load("survey/0-4096")).toBeUndefined();
      for (const [i, file] of files.entries()) await place.write(file, whole[i]);
    }
    const found = await openRunParts(place.path, place.reach);
    expect(await found.load("a")).toEqual(piece());
    expect(await found.load("survey/0-4096")).toMatchObject(piece(7));
  });

  it("takes in parts of its own alone", async () => {
    const [place, other] = [await make(), await make("other")];
    for (const one of [place, other]) {
      await keep(one, { a: piece() }, { plan });
      await (await openRunParts(one.path, one.reach)).write("survey/0-4096", piece());
    }
    const late = await openRunParts(place.path, place.reach);
    expect(late.plan).toEqual(plan);
    await place.write("parts/survey/0-4096.piece", await other.read("parts/survey/0-4096.piece"));
    await expect(late.load("survey/0-4096")).rejects.toThrow(
      /survey\/0-4096\.piece: found a part of another run/,
    );
    await keep(place, { b: piece() }, { resume: false, restart: true });
    await expect(late.write("survey/4096-8192", piece())).rejects.toThrow("a run that was started at");
    expect((await place.names()).filter((name) => name.startsWith("parts/"))).toEqual([]);
    expect(await place.left()).toEqual([]);
  });

  it("with a plan keeps that and its list when it is over", async () => {
    const place = await make();
    const run = await openRunFolder(place.path, { facts, reach: place.reach, plan });
    await run.showPlan({ told: "people" });
    await run.checkpoint.save("a", () => piece());
    await (await openRunParts(place.path, place.reach)).write("survey/0-4096", piece());
    await run.remove();
    expect(await place.names()).toEqual(["manifest.jsonl", "plan.json"]);
    expect(JSON.parse(Buffer.from(await place.read("plan.json")).toString())).toEqual({ told: "people" });
    expect(await openRunParts(place.path, place.reach)).toMatchObject({ plan, isDone: true });
  });

  it.each(["notes.txt", "results/x.zarr/.zgroup", "1.pieces", "manifest.jsonl.old"])(
    "refuses a folder with other things in it: %s",
    async (name) => {
      const place = await make();
      await place.write("1.piece", "ours by its name");
      await place.write(name, "not ours");
      for (const more of [{}, { resume: true }, { restart: true }]) {
        const opened = openRunFolder(place.path, { facts, reach: place.reach, ...more });
        await expect(opened).rejects.toThrow(`with other things in it (${name.split("/")[0]}`);
      }
      expect(await place.names()).toEqual(["1.piece", name].sort());
    },
  );

  it("is left by others where the thread that had it open was ended", async () => {
    const place = await make();
    await keep(place, { a: piece() });
    await leaveRunFolder(place.path, place.reach);
    expect(await place.names()).toEqual(["1.piece", "manifest.jsonl"]);
    expect(await place.left()).toEqual([]);
  });
});

describe("a run's folder in a bucket", () => {
  it("finds other things below its parts too, and passes over markers of folders", async () => {
    const place = await inBucket();
    await place.write("", "");
    await place.write("parts/", "");
    await place.write("parts/survey/", "");
    await keep(place, { a: piece() });
    await place.write("parts/survey/notes.txt", "not ours");
    const opened = openRunFolder(place.path, { facts, reach: place.reach, restart: true });
    await expect(opened).rejects.toThrow("(parts/survey/notes.txt)");
    await place.remove("parts/survey/notes.txt");
    // Of another run of which only the beginning of the name is the same.
    place.service.objects.set("lab/work/run-2/manifest.jsonl", Buffer.from("{}"));
    const run = await openRunFolder(place.path, { facts, reach: place.reach, restart: true });
    await run.remove();
    expect([...place.service.objects.keys()].sort()).toEqual([
      "lab/work/run-2/manifest.jsonl",
      "lab/work/run/",
      "lab/work/run/parts/",
      "lab/work/run/parts/survey/",
    ]);
  });

  it("says what the service refuses, and what is no such place", async () => {
    const place = await inBucket();
    const open = (path = place.path) => openRunFolder(path, { facts, reach: place.reach });
    place.service.allows = () => false;
    await expect(open()).rejects.toThrow(/the answer 403 \(AccessDenied\).*not signed, as asked for/);
    place.service.allows = ({ method }) => method === "GET";
    await expect(open()).rejects.toThrow(`${place.service.url}/lab/work/run/lock: found the answer 403`);
    await expect(openRunParts(place.path, place.reach)).rejects.toThrow("s3://lab/work/run: found no run");
    await expect(open("s3://lab")).rejects.toThrow("found a bucket without a name in it");
    await expect(open("https://example.org/work")).rejects.toThrow("found a web server");
    place.service.allows = () => true;
    const run = await open();
    place.service.allows = ({ url }) => !url.pathname.endsWith(".piece");
    await run.checkpoint.save("a", () => piece()).catch(() => undefined);
    await expect(run.checkpoint.settle()).rejects.toThrow("1.piece: found the answer 403");
    await run.leave();
    expect(await place.names()).toEqual([]);
    expect(await place.left()).toEqual([]);
  });

  it("takes over the lock of a process of this machine that has died", async () => {
    const place = await inBucket();
    const run = await openRunFolder(place.path, { facts, reach: place.reach });
    const held = JSON.parse(Buffer.from(await place.read("lock")).toString());
    await run.leave();
    await place.write("lock", JSON.stringify({ ...held, pid: 2 ** 22 + 1, began: "1", id: "dead" }));
    await keep(place, { a: piece() });
    expect(await place.names()).toEqual(["1.piece", "manifest.jsonl"]);
  });

  it("is left at once where the service does not take a piece", async () => {
    const place = await inBucket();
    const reach = { ...place.reach, access: { ...place.reach.access, maxAttempts: 10_000 } };
    const run = await openRunFolder(place.path, { facts, reach });
    await run.checkpoint.save("a", () => piece());
    await run.checkpoint.settle();
    place.service.fault = ({ method, url }) =>
      method === "PUT" && url.pathname.endsWith(".piece") ? 503 : undefined;
    await run.checkpoint.save("b", () => piece());
    expect(await run.leave()).toBe(true);
    expect(await place.names()).toEqual(["1.piece", "manifest.jsonl"]);
    expect(await place.left()).toEqual([]);
  });

  it("keeps scratch on this machine, and nothing that only says what lay there", async () => {
    const place = await inBucket();
    const run = await openRunFolder(place.path, { facts, reach: place.reach });
    const scratch = await run.openScratch(0);
    await (await scratch.create("rows")).write(new Uint8Array(9), 0);
    expect(await place.left()).toHaveLength(1);
    await run.checkpoint.save("summarize/0-4096", () => ({ facts: 12345, arrays: {} }));
    await run.checkpoint.save("solve", () => ({ facts: { sweep: 1 }, arrays: {} }));
    await run.leave();
    expect(await place.left()).toEqual([]);
    expect((await openRunParts(place.path, place.reach)).names()).toEqual(["solve"]);
    const again = await openRunFolder(place.path, { facts, reach: place.reach, resume: true });
    expect(again.checkpoint.names()).toEqual(["solve"]);
    await again.remove();
  });
});
