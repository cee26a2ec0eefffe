import { type FileHandle, lstat, open } from "node:fs/promises";
import { ifPresent } from "./file-errors.js";

const PIECE_BYTES = 2 ** 20;

/** Whether two plain files are there and hold the same. */
export async function haveSameBytes(a: string, b: string): Promise<boolean> {
  if (!(await ifPresent(lstat(b)))?.isFile()) return false;
  const first = await ifPresent(open(a));
  const second = await ifPresent(open(b));
  try {
    return first !== undefined && second !== undefined && (await sameContent(first, second));
  } finally {
    await first?.close();
    await second?.close();
  }
}

async function sameContent(a: FileHandle, b: FileHandle): Promise<boolean> {
  const [inA, inB] = [await a.stat(), await b.stat()];
  if (inA.size !== inB.size) return false;
  const [one, other] = [Buffer.alloc(PIECE_BYTES), Buffer.alloc(PIECE_BYTES)];
  for (let at = 0; at < inA.size; ) {
    const bytes = Math.min(PIECE_BYTES, inA.size - at);
    const [{ bytesRead }, { bytesRead: there }] = [
      await a.read(one, 0, bytes, at),
      await b.read(other, 0, bytes, at),
    ];
    // A read may come short; a file that shrank meanwhile is another one.
    const both = Math.min(bytesRead, there);
    if (both === 0 || one.compare(other, 0, both, 0, both) !== 0) return false;
    at += both;
  }
  return true;
}
