import { OptionError } from "@flashdeconv/core";

/**
 * How the tissue's domains lie. Smooth fields are kind to a method that smooths. Rough ones vary as much between
 * neighbouring spots as over whole domains. Patches and layers meet at borders, sharp unless `borderWidth` says otherwise.
 */
export type TissueLayout = "smooth" | "rough" | "patchy" | "layered";

export interface SimulationOptions {
  /** Spots of the tissue (N), on a lattice about as wide as it is long. 10,000: a Visium-sized section or two. */
  readonly spotCount: number;
  /** Genes (G), the same in tissue and reference. 2,000: as many as gene selection keeps by default. */
  readonly geneCount: number;
  /** Cell types (K). 8. */
  readonly typeCount: number;
  /** Mean counts of a spot that is not empty. 1,000. */
  readonly depth: number;
  /** Standard deviation of the logarithm of a spot's, or a cell's, depth around its mean. 0.3. */
  readonly depthVariation: number;
  /** Share of spots without any count. Their truth is given all the same: the tissue is there, the capture failed. 0. */
  readonly emptySpotFraction: number;
  /**
   * Gamma variance phi of each (spot, gene): a count of mean m has variance m + phi m^2. 0, which is Poisson, costs
   * O(depth) per spot; above 0 it is O(depth x types in the spot).
   */
  readonly overdispersion: number;
  /** Standard deviation of the logarithm of one factor per gene between reference and tissue. 0: none. */
  readonly platformEffect: number;
  /** Share of spots that hold the rare type, type 0, at 10 to 40 %; no other spot has any. Of a single type there is none. 0.02. */
  readonly rareTypeFraction: number;
  /** "smooth". */
  readonly layout: TissueLayout;
  /** Size of a domain (patch, layer), in spots. 20. */
  readonly domainScale: number;
  /**
   * Spots over which one patch or layer turns into the next, as the layers of a cortex do. 0: a sharp border. At most
   * `domainScale`; refused for smooth and rough tissue, which have no borders. 0.
   */
  readonly borderWidth: number;
  /** Most types of one spot, the rare one apart, in each of the domains that share in it. 5. */
  readonly typesPerSpot: number;
  /**
   * Least share of each type that a spot holds. Above 0 a spot holds one to `typesPerSpot` types, each number as often: those that its place
   * has most of, their shares drawn evenly from all that leave each as much (with 2 types and 0.3: from 0.3 to 0.7). 0: shares are as the fields have them.
   */
  readonly leastShare: number;
  /** Noise between neighbouring spots of a domain, on a scale where the fields go from 0 to 1. 0.1. */
  readonly spotVariation: number;
  /** Standard deviation of the logarithm of the genes' mean expression. 1.5, the spread of single-cell data. */
  readonly baselineVariation: number;
  /** The same of the difference between types in a gene that marks none. 0.2. */
  readonly typeVariation: number;
  /** Share of genes that mark a type, shared out evenly. 0.15. */
  readonly markerFraction: number;
  /** Median fold change of a marker in its type. 8. */
  readonly markerFold: number;
  /** Types, the last ones, that the tissue and its truth have and the reference lacks. Below `typeCount`. 0. */
  readonly missingTypeCount: number;
  /** Cells of each type in the reference. 50. */
  readonly cellsPerType: number;
  /** Mean counts of a reference cell. 3,000. */
  readonly referenceDepth: number;
  /** Gamma variance of each (cell, gene): how much cells of a type differ. 0.3. */
  readonly referenceOverdispersion: number;
  /** Distance of neighbouring spots, in the unit of the coordinates. 100 (micrometres, as Visium). */
  readonly spotSpacing: number;
  /** Whether spots change places at random, so that neighbours tell nothing about each other. false. */
  readonly shuffleCoordinates: boolean;
  /** Rows per chunk; no value depends on it. 1,024 keeps a chunk at a few MiB. */
  readonly spotsPerChunk: number;
  /** 0 to 2^32 - 1. The same seed and options give the same data, to the bit, on every machine. 0. */
  readonly seed: number;
}

export const SIMULATION_DEFAULTS: SimulationOptions = Object.freeze({
  spotCount: 10_000,
  geneCount: 2000,
  typeCount: 8,
  depth: 1000,
  depthVariation: 0.3,
  emptySpotFraction: 0,
  overdispersion: 0,
  platformEffect: 0,
  rareTypeFraction: 0.02,
  layout: "smooth",
  domainScale: 20,
  borderWidth: 0,
  typesPerSpot: 5,
  leastShare: 0,
  spotVariation: 0.1,
  baselineVariation: 1.5,
  typeVariation: 0.2,
  markerFraction: 0.15,
  markerFold: 8,
  missingTypeCount: 0,
  cellsPerType: 50,
  referenceDepth: 3000,
  referenceOverdispersion: 0.3,
  spotSpacing: 100,
  shuffleCoordinates: false,
  spotsPerChunk: 1024,
  seed: 0,
});

interface Rule {
  readonly text: string;
  readonly holds: (value: unknown) => boolean;
}

const whole = (least: number, most: number): Rule => ({
  text: `a whole number of ${least} to ${most}`,
  holds: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});
const between = (least: number, most: number): Rule => ({
  text: `a number of ${least} to ${most}`,
  holds: (value) => typeof value === "number" && value >= least && value <= most,
});
const above = (least: number, most: number): Rule => ({
  text: `a number above ${least}, at most ${most}`,
  holds: (value) => typeof value === "number" && value > least && value <= most,
});
const LAYOUTS: readonly unknown[] = ["smooth", "rough", "patchy", "layered"] satisfies TissueLayout[];

// Upper bounds keep row numbers within 32 bits and exponentials finite; beyond that they are generous.
const RULES: Readonly<Record<keyof SimulationOptions, Rule>> = {
  spotCount: whole(1, 2 ** 31 - 1),
  geneCount: whole(1, 10_000_000),
  typeCount: whole(1, 10_000),
  depth: above(0, 1e6),
  depthVariation: between(0, 3),
  emptySpotFraction: between(0, 1),
  overdispersion: between(0, 100),
  platformEffect: between(0, 5),
  rareTypeFraction: between(0, 1),
  layout: { text: '"smooth", "rough", "patchy" or "layered"', holds: (value) => LAYOUTS.includes(value) },
  domainScale: above(0, 1e9),
  borderWidth: between(0, 1e9),
  typesPerSpot: whole(1, 10_000),
  leastShare: between(0, 1),
  spotVariation: between(0, 100),
  baselineVariation: between(0, 5),
  typeVariation: between(0, 5),
  markerFraction: between(0, 1),
  markerFold: above(0, 1e6),
  missingTypeCount: whole(0, 9999),
  cellsPerType: whole(1, 1_000_000),
  referenceDepth: above(0, 1e6),
  referenceOverdispersion: between(0, 100),
  spotSpacing: above(0, 1e9),
  shuffleCoordinates: { text: "true or false", holds: (value) => typeof value === "boolean" },
  spotsPerChunk: whole(1, 2 ** 20),
  seed: whole(0, 2 ** 32 - 1),
};

/**
 * The given options over the defaults; one that is undefined counts as not given.
 *
 * @throws OptionError where an option is unknown, breaks its rule or would be ignored, a border is wider than a domain, least shares are more than a
 *   spot has, or no type is left for the reference.
 */
export function resolveSimulationOptions(input: Partial<SimulationOptions> = {}): SimulationOptions {
  const resolved: Record<string, unknown> = { ...SIMULATION_DEFAULTS };
  for (const [option, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(RULES, option)) {
      throw new OptionError({
        option,
        value,
        rule: "the name of a simulation option",
        remedy: `Choose among ${Object.keys(RULES).join(", ")}.`,
      });
    }
    const rule = RULES[option as keyof SimulationOptions];
    if (!rule.holds(value)) throw new OptionError({ option, value, rule: rule.text });
    resolved[option] = value;
  }
  const options = Object.freeze(resolved) as unknown as SimulationOptions;
  if (options.borderWidth > options.domainScale) {
    throw new OptionError({
      option: "borderWidth",
      value: options.borderWidth,
      rule: `a number of at most domainScale, which is ${options.domainScale}`,
    });
  }
  const most = options.typesPerSpot;
  if (options.leastShare * most > 1) {
    throw new OptionError({
      option: "leastShare",
      value: options.leastShare,
      rule: `at most 1 / typesPerSpot, which is ${most}: a spot's shares sum to 1`,
      remedy: "Give less, or fewer typesPerSpot.",
    });
  }
  if (options.missingTypeCount >= options.typeCount) {
    throw new OptionError({
      option: "missingTypeCount",
      value: options.missingTypeCount,
      rule: `a whole number below typeCount, which is ${options.typeCount}`,
    });
  }
  refuseIgnored(input, options);
  return options;
}

/** Options that nothing looks at unless others say so, and what those must say. */
const NEEDS: Readonly<Partial<Record<keyof SimulationOptions, [(o: SimulationOptions) => boolean, string]>>> =
  {
    borderWidth: [
      ({ layout }) => layout === "patchy" || layout === "layered",
      '{ layout: "patchy" } or { layout: "layered" }, whose domains have borders',
    ],
    rareTypeFraction: [({ typeCount }) => typeCount > 1, "more types than one (typeCount)"],
    markerFold: [({ markerFraction }) => markerFraction > 0, "markers (markerFraction)"],
  };

function refuseIgnored(input: Partial<SimulationOptions>, options: SimulationOptions): void {
  for (const [option, [isUsed, need]] of Object.entries(NEEDS)) {
    const value = input[option as keyof SimulationOptions];
    // An option about things of which there are none is not ignored: there is nothing to apply it to.
    if (value === undefined || value === 0 || isUsed(options)) continue;
    throw new OptionError({ option, value, rule: `nothing without ${need}`, remedy: "Leave it out." });
  }
}
