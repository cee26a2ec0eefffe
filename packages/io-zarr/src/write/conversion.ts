import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { openHierarchy } from "../read/hierarchy.js";
import type { JsonObject } from "./array-description.js";
import type { AnnDataContents } from "./contents.js";
import { nameColumns } from "./name-columns.js";
import { withoutConsolidated } from "./without-consolidated.js";
import { WRITTEN_AS } from "./written-as.js";

/** Attributes of the root of a store that was converted: what it was made of, and the paths of all that was written. */
const FINGERPRINT = "flashdeconv_fingerprint";
const ELEMENTS = "flashdeconv_elements";
/** What is converted lies there; of a record nothing else is believed. */
const CONVERTED_PATH = /^(X|(obs|var|uns)\/[^/]+|obsm\/spatial)$/;

/** What a store was converted from. */
export interface Conversion {
  /** Lines that tell input and options from any other. */
  readonly fingerprint: readonly string[];
  /** An element that was written and is no longer there, if any. */
  readonly lost: string | undefined;
}

/** Attributes of the root of a store with these contents, converted from what the lines tell. */
export function conversionAttributes(contents: AnnDataContents, fingerprint: readonly string[]): JsonObject {
  const { obs, obsm = {}, uns = {}, X } = contents;
  const namesOf = (columns: AnnDataContents["obs"]) => [
    "_index",
    ...nameColumns(columns).map(({ name }) => name),
  ];
  const elements = [
    ...(X ? ["X"] : []),
    ...namesOf(obs).map((name) => `obs/${name}`),
    ...namesOf(contents.var).map((name) => `var/${name}`),
    ...Object.keys(obsm).map((key) => `obsm/${key}`),
    ...Object.keys(uns).map((key) => `uns/${key}`),
  ];
  return { [WRITTEN_AS]: "conversion", [FINGERPRINT]: [...fingerprint], [ELEMENTS]: elements };
}

/** The paths of what was converted into a store of these attributes; undefined where there is no record. */
export function convertedElements(
  attributes: Readonly<Record<string, unknown>>,
): readonly string[] | undefined {
  if (attributes[WRITTEN_AS] !== "conversion") return undefined;
  return textsOf(attributes[ELEMENTS])?.filter((path) => CONVERTED_PATH.test(path));
}

/** What a store says of its conversion; undefined where it says nothing. Throws FormatError where it is no store. */
export async function readConversion(
  store: ReadableStore,
  { signal }: ReadOptions = {},
): Promise<Conversion | undefined> {
  const hierarchy = await openHierarchy(withoutConsolidated(store), signal);
  const attributes = (await hierarchy.node(""))?.attributes ?? {};
  const elements = convertedElements(attributes);
  const fingerprint = textsOf(attributes[FINGERPRINT]);
  if (!elements || !fingerprint) return undefined;
  for (const path of elements) {
    if ((await hierarchy.node(path)) === undefined) return { fingerprint, lost: path };
  }
  return { fingerprint, lost: undefined };
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((text) => typeof text === "string") : undefined;
}
