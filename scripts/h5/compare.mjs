// Reads the files that write-matrix.py (or describe.py) left in a folder and compares them with what h5py read: values, types, attributes.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hdf5Store, openHdf5 } from "../../packages/io-h5/dist/index.js";

const folder = process.argv[2];
const decoder = new TextDecoder();
const failures = [];
const refused = new Map();
let datasets = 0;
let files = 0;

for (const name of (await readdir(folder)).sort()) {
  if (!name.endsWith(".json")) continue;
  const bytes = new Uint8Array(await readFile(join(folder, name.slice(0, -5))));
  const reader = {
    getLength: async () => bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  };
  files++;
  const expected = JSON.parse(await readFile(join(folder, name), "utf8"));
  try {
    await compareFile(name.slice(0, -5), reader, expected);
  } catch (error) {
    failures.push(`${name}: ${error.stack}`);
  }
}
for (const [reason, places] of refused) console.log(`refused: ${reason} (${places.length}: ${places[0]})`);
for (const failure of failures.slice(0, 40)) console.log(failure);
console.log(`${files} files, ${datasets} datasets, ${failures.length} failures`);
process.exitCode = failures.length > 0 ? 1 : 0;

async function compareFile(file, reader, expected) {
  const tree = await openHdf5(reader, file);
  const store = await hdf5Store(reader, { name: file });
  for (const [path, entry] of Object.entries(expected)) {
    const where = `${file}/${path}`;
    const fail = (what, found, wanted) =>
      failures.push(`${where}: ${what}: ${short(found)}, not ${short(wanted)}`);
    try {
      const node = await tree.node(path);
      if (!node) {
        fail("node", "none", "one");
        continue;
      }
      const attributes = await node.attributes();
      for (const [key, wanted] of Object.entries(entry.attributes)) {
        const found = relative(attributes[key], wanted);
        if (!same(found, wanted)) fail(`attribute ${key}`, found, wanted);
      }
      if (entry.names) {
        const names = [...(await store.list(`/${path}`))].sort();
        if (!same(names, entry.names)) fail("names", names, entry.names);
        continue;
      }
      datasets++;
      if (!typeAgrees(node.type, entry.type)) fail("type", node.type, entry.type);
      if (!same(node.shape ?? null, entry.shape)) fail("shape", node.shape, entry.shape);
      const parts = entry.values
        ? [["", entry.values]]
        : Object.entries(entry.members ?? {}).map(([m, v]) => [`/${m}`, v]);
      for (const [member, values] of parts) await compareValues(store, `${path}${member}`, values, fail);
    } catch (error) {
      if (error.tag !== "FormatError") throw error;
      const reason = error.found;
      refused.set(reason, [...(refused.get(reason) ?? []), where]);
      if (/cannot be read/.test(reason)) failures.push(`${where}: ${error.message}`);
    }
  }
}

function relative(found, wanted) {
  return typeof wanted === "string" &&
    wanted.startsWith("/") &&
    typeof found === "string" &&
    wanted.endsWith(`/${found}`)
    ? wanted
    : found;
}

function same(a, b) {
  return JSON.stringify(a, plain) === JSON.stringify(b, plain);
}

function plain(_, value) {
  if (typeof value === "number")
    return Number.isNaN(value) ? "NaN" : Number.isFinite(value) ? Math.fround(value) : String(value);
  return value;
}

function short(value) {
  return (
    JSON.stringify(value, (_, v) => (v instanceof Map ? Object.fromEntries(v) : v)) ?? "undefined"
  ).slice(0, 160);
}

function typeAgrees(found, wanted) {
  if (found.kind !== wanted.kind) return false;
  if (wanted.kind === "enum")
    return same(
      Object.fromEntries([...found.members].sort()),
      Object.fromEntries(Object.entries(wanted.members).sort()),
    );
  if (wanted.kind === "array") return same(found.shape, wanted.shape) && typeAgrees(found.base, wanted.base);
  if (wanted.kind === "compound") {
    return (
      found.size === wanted.size &&
      found.members.length === wanted.members.length &&
      found.members.every(
        (member, i) =>
          member.name === wanted.members[i].name &&
          member.offset === wanted.members[i].offset &&
          typeAgrees(member.type, wanted.members[i].type),
      )
    );
  }
  return ["size", "isSigned", "bigEndian"].every(
    (key) => wanted[key] === undefined || found[key] === wanted[key],
  );
}

/** All items of an array, put together of the chunks that the store hands out. */
async function compareValues(store, path, wanted, fail) {
  const json = await store.get(`/${path}/.zarray`);
  if (!json) return fail("array", "none", "one");
  const { shape, chunks, dtype, fill_value } = JSON.parse(decoder.decode(json));
  const count = shape.reduce((a, b) => a * b, 1);
  const size = dtype === "|O" ? 1 : Number(dtype.slice(2));
  const out = dtype === "|O" ? new Array(count).fill("") : new Uint8Array(count * size);
  if (dtype !== "|O") fillWith(out, dtype, fill_value);
  const grid = shape.map((length, axis) => Math.ceil(length / chunks[axis]));
  const chunkCount = grid.reduce((a, b) => a * b, 1);
  for (let number = 0; number < chunkCount; number++) {
    const places = placesOf(number, grid);
    const bytes = await store.get(`/${path}/${places.join(".") || "0"}`);
    if (!bytes) continue;
    const items = chunks.reduce((a, b) => a * b, 1);
    const texts = dtype === "|O" ? unpackTexts(bytes) : undefined;
    if (texts ? texts.length !== items : bytes.length !== items * size)
      return fail("chunk length", bytes.length, items * size);
    for (let item = 0; item < items; item++) {
      const within = placesOf(item, chunks).map((at, axis) => at + places[axis] * chunks[axis]);
      if (within.some((at, axis) => at >= shape[axis])) continue;
      const to = within.reduce((sum, at, axis) => sum * shape[axis] + at, 0);
      if (texts) out[to] = texts[item];
      else out.set(bytes.subarray(item * size, (item + 1) * size), to * size);
    }
  }
  if (wanted.texts) {
    if (!same(out, wanted.texts)) fail("texts", out, wanted.texts);
    return;
  }
  if (dtype[0] === ">") for (let at = 0; at < out.length; at += size) out.subarray(at, at + size).reverse();
  const bytes = Buffer.from(wanted.bytes, "base64");
  if (Buffer.compare(Buffer.from(out), bytes) !== 0)
    fail(`values ${dtype}`, [...out.slice(0, 24)], [...bytes.subarray(0, 24)]);
}

function fillWith(out, dtype, value) {
  if (!value) return;
  const number = Number(value);
  const view = new DataView(out.buffer);
  const [order, kind, size] = [dtype[0] !== ">", dtype[1], Number(dtype.slice(2))];
  const names = {
    f4: "setFloat32",
    f8: "setFloat64",
    i1: "setInt8",
    i2: "setInt16",
    i4: "setInt32",
    u1: "setUint8",
    u2: "setUint16",
    u4: "setUint32",
    b1: "setUint8",
  };
  for (let at = 0; at < out.length; at += size) view[names[kind + size]](at, number, order);
}

function placesOf(number, lengths) {
  const places = [];
  for (let axis = lengths.length - 1; axis >= 0; axis--) {
    places[axis] = number % lengths[axis];
    number = Math.floor(number / lengths[axis]);
  }
  return places;
}

function unpackTexts(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts = [];
  for (let at = 4; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    texts.push(decoder.decode(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return texts;
}
