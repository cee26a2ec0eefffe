import { ZARR } from "@flashdeconv/io-zarr";
import { type BlobLocation, openLocation, registerOpeners, webOpeners } from "@flashdeconv/stores";
import type { PickedLocation } from "@flashdeconv/stores/internal";
import type { Place } from "../run/protocol.js";
import type { OpenedResult, ResultSource } from "./contracts.js";

registerOpeners(webOpeners(ZARR));

/** Opens a result where it lies; the viewer comes from a file of its own. Rejects where there is none. */
export async function openResult(
  { place, name, key }: ResultSource,
  load: () => Promise<typeof import("@flashdeconv/viewer")>,
  signal: AbortSignal,
): Promise<OpenedResult> {
  const store = await openLocation(locationOf(place, name), {});
  try {
    const viewer = await load();
    const result = await viewer.openResult(store, { key, signal });
    return {
      show(host) {
        const shown = viewer.mountViewer(host, result, { name, headingLevel: 3, keepsHash: false });
        return {
          close() {
            shown.stop();
            void store.close();
          },
        };
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function locationOf(place: Place, name: string): string | BlobLocation | PickedLocation {
  if (place.kind === "url") return place.url;
  if (place.kind === "file") return { opener: "blob", blob: place.file, name };
  const { kind: _, ...folder } = place;
  return { opener: "picked", name, ...folder };
}
