import { FormatError } from "@flashdeconv/core";
import { crc32, numbered } from "@flashdeconv/core/internal";
import type { StagedFile } from "../staged-file.js";
import type { StagedStore, StoreKey } from "../staged-store.js";
import { isDocument, type StoreFormat } from "../store-format.js";
import { directoryEntry, endOfZip, localHeader, type WrittenMember } from "./zip-records.js";

/** A member of 4 GiB is none of ours: chunks have a few MiB. */
const MOST_MEMBER = 2 ** 32 - 2;
/** Bytes of UTF-8. */
const MOST_NAME = 2 ** 16 - 1;
/** Entries of the directory are written together up to so many bytes. */
const PIECE = 2 ** 20;

/**
 * A new store in a zip file, written from its start to its end: members as they are, not packed once more. Of a key that is set
 * twice the last counts. Documents of the format are held, and are written by `commit`; all else is written at once, so
 * that it takes its place even when it is set again or deleted, and cannot be read before the commit.
 *
 * @throws FormatError for a key or a member that no zip can hold; StoreError where the file refuses
 */
export function stagedZip(file: StagedFile, format: StoreFormat): StagedStore {
  const members = new Map<string, WrittenMember>();
  const documents = new Map<string, Uint8Array>();
  let end = 0;
  const append = async (bytes: Uint8Array) => {
    await file.append(bytes);
    end += bytes.length;
  };
  // One member after the other, however many are set at a time; after a failure none.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => {
    last = last.then(work);
    last.catch(() => undefined);
    return last;
  };
  const write = async (key: string, bytes: Uint8Array) => {
    const name = nameOf(key, bytes.length);
    const member = { name, crc: crc32(bytes), size: bytes.length, offset: end };
    await append(localHeader(member));
    await append(bytes);
    members.set(key, member);
  };
  return {
    forgets: true,
    async get(key) {
      const held = documents.get(key);
      if (held === undefined && members.has(key)) {
        throw new Error(`${key}: a zip that is being written is not read`);
      }
      return held;
    },
    async list(path) {
      const prefix = path === "/" ? path : `${path}/`;
      const below = [...members.keys(), ...documents.keys()].filter((key) => key.startsWith(prefix));
      return [...new Set(below.map((key) => key.slice(prefix.length).split("/")[0]))];
    },
    async set(key, bytes) {
      nameOf(key, bytes.length);
      if (isDocument(format, key)) documents.set(key, bytes.slice());
      else await inTurn(() => write(key, bytes));
    },
    async delete(prefix: StoreKey) {
      await inTurn(async () => {
        for (const keys of [members, documents]) {
          for (const key of keys.keys()) {
            if (prefix === "/" || key === prefix || key.startsWith(`${prefix}/`)) keys.delete(key);
          }
        }
      });
    },
    async commit() {
      await inTurn(async () => {
        for (const [key, bytes] of documents) await write(key, bytes);
        documents.clear();
        await writeDirectory([...members.values()], end, append);
        await file.commit();
      });
    },
    async discard() {
      members.clear();
      documents.clear();
      await file.discard();
    },
  };
}

async function writeDirectory(
  members: readonly WrittenMember[],
  start: number,
  append: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const piece = new Uint8Array(PIECE);
  let [held, size] = [0, 0];
  const put = async (bytes: Uint8Array) => {
    if (held + bytes.length > PIECE) {
      await append(piece.subarray(0, held));
      held = 0;
    }
    piece.set(bytes, held);
    held += bytes.length;
    size += bytes.length;
  };
  for (const member of members) await put(directoryEntry(member));
  await put(endOfZip(members.length, start, size));
  await append(piece.subarray(0, held));
}

const encoder = new TextEncoder();

function nameOf(key: string, size: number): Uint8Array {
  const name = encoder.encode(key.slice(1));
  const fault =
    name.length > MOST_NAME
      ? `a name of ${numbered(name.length, "byte")}`
      : size > MOST_MEMBER
        ? numbered(size, "byte")
        : undefined;
  if (fault === undefined) return name;
  throw new FormatError({
    path: key.slice(1, 200),
    found: fault,
    expected: `a name of at most ${MOST_NAME} bytes and a member of less than 4 GiB`,
    remedy: "Write a folder, not a zip.",
  });
}
