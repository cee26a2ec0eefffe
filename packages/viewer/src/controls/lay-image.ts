import type { MapDrawing } from "../draw/index.js";
import type { Result } from "../read/result.js";
import { failureText } from "./words.js";

/** Lays the picture of the tissue beneath the map: "laid", undefined where there is none, or one line that says why it is not shown. */
export async function layImage(
  { root, key }: Result,
  map: MapDrawing,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    // Not needed for the first picture, so loaded after it.
    const { readTissueImage } = await import("../read/backdrop.js");
    const found = await readTissueImage(root, key, signal);
    if (found === undefined || signal.aborted) return undefined;
    map.setBackdrop({ ...found, opacity: 1 });
    return "laid";
  } catch (error) {
    return signal.aborted ? undefined : `The picture of the tissue is not shown. ${failureText(error)}`;
  }
}
