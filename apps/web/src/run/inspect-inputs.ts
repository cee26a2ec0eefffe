import {
  type Finding,
  type InspectedSection,
  inspectOpened,
  inspectReference,
  isTable,
  printableLine,
  printableName,
  referenceFindings,
  reportLayers,
  sectionFindings,
  type Wording,
} from "@flashdeconv/results/internal";
import type { Reference } from "./open-reference.js";
import type { Section } from "./open-section.js";

/** Options stay as they are written, for the page to call them by its labels. */
const WORDING: Wording = { options: (text) => text, typed: JSON.stringify };

/** What was found of sections that are open, to compare references with. */
const found = new WeakMap<Section, InspectedSection>();

/** What `flashdeconv inspect` finds of a section. */
export async function inspectSection(section: Section, signal: AbortSignal): Promise<Finding[]> {
  const { name, called } = section.told;
  const inspected = await look(section, signal);
  return printable(sectionFindings({ path: name, called, ...inspected }, WORDING));
}

/** What it finds of a reference, and of how that fits the section. */
export async function inspectPair(
  section: Section,
  reference: Reference,
  signal: AbortSignal,
): Promise<Finding[]> {
  const { input, store, told } = reference;
  const { table } = reference.choices;
  // What is wrong with the section is told of the section; genes can be compared all the same.
  const inspected = await look(section, signal).catch(() => undefined);
  signal.throwIfAborted();
  const referenceLayers =
    store && told.summary && (await reportLayers(store, told.summary, { table, signal }));
  const report =
    input && (await inspectReference({ spatial: section.dataset, seen: inspected?.seen }, input, { signal }));
  const inspection = {
    ...{ path: section.told.name, matrix: inspected?.matrix },
    ...{ reference: report, referencePath: told.name, referenceLayers },
  };
  const isSame =
    told.name === section.told.name &&
    told.cellCount === section.dataset.counts.spotCount &&
    told.geneNames.length === section.dataset.geneNames.length;
  const text = "Reference and section look like the same file: spots are no cells of one type each.";
  const same: Finding[] = isSame ? [{ text, weight: "remark" }] : [];
  return printable([...same, ...referenceFindings(inspection, WORDING).flat()]);
}

async function look(section: Section, signal: AbortSignal): Promise<InspectedSection> {
  const known = found.get(section);
  if (known) return known;
  const { dataset: spatial, place, choices, told } = section;
  const { table } = choices;
  const open = { store: place.store, summary: told.summary, spatial };
  const inspected = await inspectOpened(open, { table, signal });
  found.set(section, inspected);
  return inspected;
}

/** Names in it may hold anything, and be of any length. */
function printable(findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => {
    if (!isTable(finding)) return { ...finding, text: printableLine(finding.text) };
    const last = finding.header.length - 1;
    const rows = finding.rows.map((row) =>
      row.map((cell, i) => (i < last ? printableName(cell) : printableLine(cell))),
    );
    return { ...finding, rows };
  });
}
