import { counted, shortNumber } from "@flashdeconv/core/internal";
import { type Context, quantile } from "../context.js";
import { escaped, listed } from "../page/text.js";
import { measured } from "./how-sure.js";

/** Genes that are listed. */
const MOST_GENES = 20;

/** Where the reference fails, as far as the result knows. */
export async function whereItFails(context: Context): Promise<string> {
  const { input, gathered } = context;
  const unexplained = input.measures?.find(({ name }) => name === "unexplained");
  if (unexplained === undefined) {
    return "<p>No genes were found that vary together beyond what the reference explains, or this result did not look for them, so no region can be named where it fails. A type that the reference lacks is attributed to the most similar ones.</p>";
  }
  const { values } = unexplained;
  const most = quantile(values, 0.95);
  let above = 0;
  for (let spot = 0; spot < gathered.spotCount; spot++) if (values[spot] > most) above++;
  const figure = await measured(context, {
    title: "unexplained",
    explains:
      "How far a spot is above what its types let expect of the genes below, in standard deviations of the model of counts.",
    values,
  });
  const genes = (input.unexplainedGenes ?? []).map(({ section, genes }) => {
    const of = section === undefined ? "" : ` of ${escaped(section)}`;
    return `<p>Genes${of} that are higher where the reference explains least: ${listed(genes, MOST_GENES)}.</p>`;
  });
  const meaning =
    "<p>High in a region: a type that the reference lacks, a state of a type that it has otherwise, or another chemistry. Look at the genes; no spot is judged by it, and a missing type that others resemble does not show.</p>";
  return `<div class="maps">${figure}</div>${genes.join("")}${meaning}<p>The highest twentieth (${counted(above, "spot")}) lies above ${shortNumber(most)}.</p>`;
}
