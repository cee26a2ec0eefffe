import { OptionError } from "@flashdeconv/core";
import { readResultParameters } from "@flashdeconv/io-zarr/internal";
import type { Parameters } from "@flashdeconv/pipeline";
import { type ScoredSection, scoredSections } from "@flashdeconv/results/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import { localPath } from "@flashdeconv/stores/node/internal";
import { parametersOfTable } from "../tables/is-own-table.js";
import { outputFormat } from "../tables/output-format.js";
import { isAnnData } from "../tables/table-formats.js";
import { type FingerprintRequest, ifReadable } from "./fingerprint.js";

/**
 * What the references of a result that is there scored, by section.
 *
 * @throws OptionError where --fail-on asks for a score, and a section has none
 */
export async function storedScores(
  location: string,
  { flags, key, signal }: FingerprintRequest,
): Promise<ScoredSection[]> {
  const format = outputFormat(flags.out, flags.format);
  const table = flags.out === undefined ? (flags.newTable ?? flags.table) : undefined;
  const parameters = isAnnData(format)
    ? await ifReadable(location, flags, (store) => readResultParameters(store, { key, table, signal }))
    : await parametersOfTable(localPath(location), format);
  const found = scoredSections((parameters ?? {}) as Parameters);
  if (flags.failOn !== undefined && found.some(({ facts }) => facts.reference_score === null)) {
    throw new OptionError({
      option: "--fail-on",
      value: flags.failOn,
      found: `${redactUrl(location)}, a result from before references were scored`,
      rule: "a result with a score",
      remedy: "Make it again, with --overwrite and without --resume.",
    });
  }
  return found;
}
