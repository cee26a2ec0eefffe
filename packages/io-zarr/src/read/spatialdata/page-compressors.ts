import { checkZstdFrames } from "@flashdeconv/stores/internal";
import type { Compressors } from "hyparquet";

/**
 * What unpacks pages of Parquet, into as many bytes as a page's header says: all of them write to an array of that length, but for zstd,
 * whose frames are looked at first.
 */
export async function pageCompressors(): Promise<Compressors> {
  const { compressors } = await import("hyparquet-compressors");
  const { ZSTD } = compressors;
  return {
    ...compressors,
    ZSTD(input, outputLength) {
      checkZstdFrames(input, outputLength);
      return (ZSTD as NonNullable<typeof ZSTD>)(input, outputLength);
    },
  };
}
