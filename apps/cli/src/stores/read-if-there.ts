import { type Coordinates, isFlashdeconvError } from "@flashdeconv/core";
import type { SpatialDataset } from "@flashdeconv/io-zarr";
import type { Terminal } from "../terminal/terminal.js";

/** A solver of independent spots needs no coordinates; a result without them cannot be drawn, but is one. */
export async function readIfThere(
  spatial: SpatialDataset,
  { signal, note }: Terminal,
): Promise<Coordinates | undefined> {
  try {
    return await spatial.readCoordinates({ signal });
  } catch (error) {
    if (!isFlashdeconvError(error) || error.tag !== "CoordinateError") throw error;
    note({ code: "result-without-coordinates", message: `The result has no coordinates. ${error.message}` });
    return undefined;
  }
}
