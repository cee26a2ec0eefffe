import { openSpatial, type SpatialDataset } from "@flashdeconv/io-zarr";
import type { SpotSections } from "@flashdeconv/pipeline/internal";
import { type SectionFlags, sectionOptions } from "../options/input-options.js";
import type { Terminal } from "../terminal/terminal.js";
import { type MaybeChosen, noteChoice } from "./note-choice.js";

/** A section as it lies in its store, or several of one store. */
export interface OpenedSections extends SpatialDataset {
  /** Undefined where the store is one section. */
  readonly sections: SpotSections | undefined;
}

/** Opens a store and finds out which sections it holds. Where there are several, they are not components of its coordinates. */
export async function openSections(
  store: MaybeChosen,
  flags: SectionFlags,
  { signal, note }: Pick<Terminal, "signal"> & Partial<Pick<Terminal, "note">>,
): Promise<OpenedSections> {
  const dataset = await openSpatial(store, { ...sectionOptions(flags), signal, onNotice: note });
  if (note) await noteChoice(store, { signal, note });
  const sections = await dataset.readSections({ signal });
  if (!sections) return { ...dataset, sections };
  const readCoordinates: SpatialDataset["readCoordinates"] = (options) =>
    dataset.readCoordinates({ ...options, withSections: false });
  return { ...dataset, readCoordinates, sections };
}
