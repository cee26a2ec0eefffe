import type { Notice } from "@flashdeconv/core";
import { inspectStore, openSpatial, type SpatialDataset } from "@flashdeconv/io-zarr";
import type { SpotSections } from "@flashdeconv/pipeline/internal";
import { type OpenedPlace, openPlace } from "./open-place.js";
import type { OpenedSection, Place, SectionChoices } from "./protocol.js";

/** A section that is open. */
export interface Section {
  readonly place: OpenedPlace;
  readonly choices: SectionChoices;
  readonly dataset: SpatialDataset;
  readonly sections: SpotSections | undefined;
  readonly told: OpenedSection;
}

export async function openSection(
  place: Place,
  choices: SectionChoices,
  signal: AbortSignal,
): Promise<Section> {
  const { bin, ...asStore } = choices;
  const notices: Notice[] = [];
  const opened = await openPlace(place, { bin, signal });
  try {
    const { name, called, store } = opened;
    const onNotice = (notice: Notice) => void notices.push(notice);
    const dataset = await openSpatial(store, { ...asStore, signal, onNotice });
    const sections = await dataset.readSections({ signal });
    const { table, spatialKey, spatialColumns, sectionKey } = choices;
    const looking = { table, spatialKey, spatialColumns, sectionKey, signal };
    const told: OpenedSection = {
      name,
      called,
      summary: await inspectStore(store, looking),
      spotCount: dataset.spotCount,
      geneNames: dataset.geneNames,
      matrixPath: dataset.matrix.path,
      notices: [...(opened.notices ?? []), ...notices],
    };
    return { place: opened, choices, dataset, sections, told };
  } catch (error) {
    await opened.store.close();
    throw error;
  }
}
