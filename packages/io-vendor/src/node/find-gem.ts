import { isFlashdeconvError, OptionError } from "@flashdeconv/core";
import { isGemHeader } from "../ingest/read-gem.js";
import { fileBytes } from "./file-bytes.js";

/** Places along a side of a bin: 25 micrometres on most chips, some cells. */
const USUAL_EDGE = 50;
const MOST_EDGE = 10_000;

/** Whether a file is GEM, packed or not: by the first line that is no comment. */
export async function isGemFile(path: string): Promise<boolean> {
  try {
    for await (const bytes of fileBytes(path)) {
      const lines = new TextDecoder().decode(bytes).split("\n");
      return isGemHeader(lines.find((line) => !line.startsWith("#")) ?? "");
    }
  } catch (error) {
    // What cannot be read is told by who opens it.
    if (!isFlashdeconvError(error)) throw error;
  }
  return false;
}

/** The edge of bins that `bin` asks for. Throws OptionError for what is no number of places. */
export function gemEdge(bin: string | undefined): number {
  if (bin === undefined) return USUAL_EDGE;
  const edge = /^\d{1,6}$/.test(bin) ? Number(bin) : 0;
  if (edge >= 1 && edge <= MOST_EDGE) return edge;
  throw new OptionError({
    option: "bin",
    value: bin,
    rule: `a whole number of places from 1 to ${MOST_EDGE} for a GEM file`,
    remedy: `Give 50 for bins of 50 x 50 places, or leave it out for ${USUAL_EDGE}.`,
  });
}
