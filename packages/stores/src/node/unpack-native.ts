import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { numbered } from "@flashdeconv/core/internal";
import { TooLarge } from "../read-bounded.js";
import type { Unpack } from "../zip/unpack-stream.js";

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/** By Node's own zlib, which is faster than streams. */
export const unpackNative: Unpack = async (packed, most) => {
  try {
    const { buffer, byteOffset, length } = await inflate(packed, { maxOutputLength: Math.max(1, most) });
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new TooLarge(`more than ${numbered(most, "byte")}`, { cause: error });
  }
};
