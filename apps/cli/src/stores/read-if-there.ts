import { type Coordinates, isFlashdeconvError } from "@flashdeconv/core";
import type { SpatialDataset } from "@flashdeconv/io-zarr";
import type { SpotSections } from "@flashdeconv/pipeline/internal";
import { namedInFlags } from "../options/option-flags.js";
import type { Terminal } from "../terminal/terminal.js";

/** A solver of independent spots needs no coordinates; a result without them cannot be drawn, but is one. */
export async function readIfThere(
  spatial: SpatialDataset,
  { signal, note, notices }: Terminal,
): Promise<Coordinates | undefined> {
  try {
    return await spatial.readCoordinates({ signal });
  } catch (error) {
    if (!isFlashdeconvError(error) || error.tag !== "CoordinateError") throw error;
    const reason = namedInFlags(error.message);
    // The run has told why, where it looked for neighbours.
    const isTold = notices.some(({ message }) => message.includes(reason));
    const message = `The result has no coordinates.${isTold ? "" : ` ${reason}`}`;
    note({ code: "result-without-coordinates", message });
    return undefined;
  }
}

/** Says of each position which section it lies in, for who draws them. */
export function withSections(
  coordinates: Coordinates | undefined,
  sections: Pick<SpotSections, "codes"> | undefined,
): Coordinates | undefined {
  return coordinates && sections ? { ...coordinates, components: sections.codes } : coordinates;
}
