import { numbered } from "@flashdeconv/core/internal";
import type { Parameters } from "@flashdeconv/pipeline";
import { formatCount } from "@flashdeconv/results/internal";

type Facts = Readonly<Record<(typeof FACTS)[number], Parameters[string]>>;

/** What sections may have of their own. */
const FACTS = [
  "shared_gene_count",
  "gene_count",
  "lambda_used",
  "smoothing_used",
  "overdispersion",
  "counts_per_cell",
  "reference_score",
  "unexplained_genes",
] as const;

export interface SectionFacts {
  readonly name: string | undefined;
  readonly spotCount: Parameters[string];
  readonly facts: Facts;
}

/** The facts of each section of a store, or of the one that it is. */
export function sectionsOf(parameters: Parameters): SectionFacts[] {
  const own = parameters.sections as Readonly<Record<string, Parameters>> | undefined;
  const names = own ? (parameters.section_names as readonly string[]) : [undefined];
  return names.map((name) => {
    const all: Parameters = name === undefined ? parameters : { ...parameters, ...own?.[name] };
    const perCell = all.counts_per_cell;
    const counts_per_cell = perCell instanceof Float64Array ? [...perCell] : null;
    const gene_count = (all.genes_used as readonly string[]).length;
    const facts = Object.fromEntries(
      FACTS.map((key) => [
        key,
        ({ ...all, gene_count, counts_per_cell } as Record<string, unknown>)[key] ?? null,
      ]),
    );
    return { name, spotCount: all.spot_count, facts: facts as unknown as Facts };
  });
}

/** What all sections have alike; null where they differ. */
export function commonOf(sections: readonly SectionFacts[]): Facts {
  const [{ facts: first }] = sections;
  const common = FACTS.map((key) => [
    key,
    sections.every(({ facts }) => isSame(facts[key], first[key])) ? first[key] : null,
  ]);
  return Object.fromEntries(common);
}

function isSame(a: Parameters[string], b: Parameters[string]): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** For JSON; null where the store is one section. */
export function describeSections(sections: readonly SectionFacts[]) {
  if (sections.length === 1) return null;
  return sections.map(({ name, spotCount, facts }) => ({ name, spot_count: spotCount, ...facts }));
}

/** A number of all sections: the least and the greatest where they differ. */
function span(
  sections: readonly SectionFacts[],
  key: keyof Facts,
  format: (value: number) => string,
): string {
  const values = sections.map(({ facts }) => facts[key] as number);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? format(least) : `${format(least)} to ${format(most)}`;
}

/** How many genes are in use, and of how many. */
export function genesText(sections: readonly SectionFacts[]): string {
  const shared = sections.map(({ facts }) => facts.shared_gene_count as number);
  const most = numbered(Math.max(...shared), "shared gene", span(sections, "shared_gene_count", formatCount));
  return `${span(sections, "gene_count", formatCount)} of ${most}`;
}

/** How strong the smoothing was, for those that have it: as lambda, or on the scale of the relative prior. */
export function smoothingText(sections: readonly SectionFacts[]): string {
  const short = (value: number) => String(Number(value.toPrecision(4)));
  const have = (key: keyof Facts) => sections.every(({ facts }) => typeof facts[key] === "number");
  if (have("lambda_used")) return `, lambda ${span(sections, "lambda_used", short)}`;
  return have("smoothing_used") ? `, smoothing ${span(sections, "smoothing_used", short)}` : "";
}
