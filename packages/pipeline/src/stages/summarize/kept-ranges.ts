import type { SpotRange } from "@flashdeconv/core";
import type { KeptCounts } from "../../contracts/scratch.js";
import type { KeptFile, SummarizeInput } from "../../contracts/tasks.js";

/** Which ranges of a section have their counts on scratch. */
export interface KeptRanges {
  /** Where a range's are to go; undefined where none are kept. */
  target(range: SpotRange): Promise<SummarizeInput["keep"]>;
  /** @param byteCount undefined where not all were kept */
  note(range: SpotRange, byteCount: number | undefined): void;
  /** Those of a range, where just these are kept. */
  of(range: SpotRange): KeptFile | undefined;
}

/** A file for each range, of its share of what may be kept. */
export function keptRanges(keeping: KeptCounts | undefined, spotCount: number): KeptRanges {
  const paths = new Map<string, string>();
  const files = new Map<string, KeptFile>();
  return {
    async target(range) {
      // A section whose counts cannot be kept is read again.
      const file = await keeping?.scratch.create(`counts-${nameOf(range)}`).catch(() => undefined);
      if (!keeping || !file) return undefined;
      paths.set(nameOf(range), file.path);
      const mostBytes = (keeping.mostBytes / spotCount) * (range.end - range.start);
      return { path: file.path, mostBytes };
    },
    note(range, byteCount) {
      const path = paths.get(nameOf(range));
      if (path !== undefined && byteCount !== undefined) files.set(nameOf(range), { path, byteCount });
    },
    of: (range) => files.get(nameOf(range)),
  };
}

function nameOf({ start, end }: SpotRange): string {
  return `${start}-${end}`;
}
