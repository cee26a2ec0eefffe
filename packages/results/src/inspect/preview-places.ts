import { isFlashdeconvError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { SpatialDataset } from "@flashdeconv/io-zarr";

/** Of more spots the places are not looked at before a run: they would take seconds and tens of megabytes. */
const MOST_SPOTS = 1_000_000;

/** What is wrong with the places of spots: why a run would refuse them, or that they tell nothing. Undefined where nothing was found. */
export async function previewPlaces(
  spatial: SpatialDataset,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { spotCount } = spatial.counts;
  if (spotCount > MOST_SPOTS) return undefined;
  try {
    // How sections were told apart was told already.
    const { dimension, values } = await spatial.readCoordinates({ signal, onNotice: () => undefined });
    const isOnePlace = values.every((value, i) => value === values[i % dimension]);
    return isOnePlace && spotCount > 1
      ? `all ${numbered(spotCount, "spot")} lie at one place: neighbours tell nothing, and maps show one point`
      : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (!isFlashdeconvError(error)) throw error;
    return `a run that smooths would be refused: ${error.message}`;
  }
}
