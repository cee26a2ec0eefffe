// What is tried of each option of each command.

export type Who = "refined" | "weighted" | "flashdeconv" | "poisson" | "nnls" | "plugin";
export const EVERYONE: readonly Who[] = ["refined", "weighted", "flashdeconv", "poisson", "nnls", "plugin"];
export const NORMALIZED: readonly Who[] = ["flashdeconv", "nnls", "plugin"];
export const COUNTS: readonly Who[] = ["refined", "weighted", "poisson"];
export const NEIGHBORS: readonly Who[] = ["refined", "weighted", "flashdeconv", "poisson", "plugin"];

export interface Trial {
  /** A value that changes something. */
  readonly value?: string;
  /** The same where it differs. */
  readonly other?: Partial<Record<Who, string>>;
  /** The default, which counts as given too. */
  readonly preset?: string;
  /** Who has the option; all others refuse it. */
  readonly who: readonly Who[];
  /** What it needs beside it. */
  readonly beside?: readonly string[];
  /** Without which it is refused though the method has it. */
  readonly needs?: true;
}

/** Options of `run` that say how spots are deconvolved. */
export const METHOD_OPTIONS: Readonly<Record<string, Trial>> = {
  "--genes": {
    value: "all",
    other: { refined: "selected", weighted: "selected", poisson: "selected" },
    who: EVERYONE,
  },
  "--n-hvg": { value: "7", preset: "2000", who: EVERYONE, beside: ["--genes", "selected"] },
  "--n-markers": { value: "3", preset: "50", who: EVERYONE, beside: ["--genes", "selected"] },
  "--preprocess": { value: "pearson", preset: "log-cpm", who: NORMALIZED },
  "--target-sum": { value: "1e6", preset: "10000", who: NORMALIZED },
  "--log-base": { value: "2", preset: "e", who: NORMALIZED },
  "--sketch-dim": { value: "16", preset: "512", who: NORMALIZED },
  "--seed": { value: "3", preset: "0", who: NORMALIZED },
  "--allow-non-counts": { who: EVERYONE },
  "--no-platform-correction": { who: COUNTS },
  "--overdispersion": { value: "0.7", preset: "auto", who: COUNTS },
  "--max-types": { value: "2", who: ["refined", "poisson"] },
  "--smoothing": { value: "4", preset: "none", who: ["refined", "weighted", "flashdeconv", "poisson"] },
  "--shrinkage": { value: "4", preset: "0", who: COUNTS, beside: ["--smoothing", "none"], needs: true },
  "--lambda": { value: "9", preset: "auto", who: ["flashdeconv"] },
  "--rho": { value: "0.2", preset: "0.01", who: ["flashdeconv", "nnls"] },
  "--platform": { value: "visium", who: ["flashdeconv"] },
  "--graph": { value: "grid", preset: "knn", who: NEIGHBORS },
  "--neighbors": { value: "3", preset: "6", who: NEIGHBORS },
  "--radius": { value: "150", who: NEIGHBORS, beside: ["--graph", "radius"], needs: true },
  "--tolerance": { value: "0.01", preset: "0.001", who: EVERYONE },
  "--max-sweeps": { value: "5000", preset: "20000", who: EVERYONE },
  "--precision": { value: "float64", preset: "float32", who: EVERYONE },
  "--amount": { value: "cells", preset: "rna", who: EVERYONE },
  "--cells-per-spot": { value: "5", who: EVERYONE },
  "--intervals": { who: COUNTS },
  "--empty": { value: "uniform", preset: "nan", who: EVERYONE },
  "--few-counts": { value: "400", preset: "10", who: EVERYONE },
};

/** Options that no result depends on: every method takes them, and gives the same bits. */
export const NEUTRAL: Readonly<Record<string, readonly string[]>> = {
  "--workers": ["1"],
  "--max-memory": ["3GiB"],
  "--use-scratch": ["always"],
  "--kernels": ["typescript"],
  "--restart": [],
  "--resume": [],
  "--save-every": ["never"],
  "--no-report": [],
  "--quiet": [],
};

/** Options of commands that are about inputs, outputs and messages, or are tried by name elsewhere in this file. */
export const OTHERS: Readonly<Record<string, readonly string[]>> = {
  run: [
    ...[
      "--reference",
      "--table",
      "--bin",
      "--cells",
      "--layer",
      "--gene-key",
      "--section-key",
      "--spatial-key",
      "--spatial-columns",
      "--out",
      "--format",
      "--in-place",
      "--new-table",
      "--overwrite",
    ],
    ...[
      "--out-dir",
      "--per-section",
      "--save-stats",
      "--key-added",
      "--obs-columns",
      "--run-dir",
      "--json",
      "--fail-on",
    ],
    ...["--method", "--solver", "--solver-options", "--merge-types", "--hierarchy", "--level"],
  ],
  stage: [
    ...["--section-key", "--per-section", "--save-stats"],
    ...["--run-dir", "--pieces", "--piece", "--restart", "--reference", "--table", "--bin", "--cells"],
    ...["--layer", "--gene-key", "--spatial-key", "--spatial-columns", "--out", "--format", "--in-place"],
    ...["--new-table", "--overwrite", "--key-added", "--obs-columns", "--json", "--fail-on", "--method"],
    ...["--solver", "--solver-options", "--merge-types", "--hierarchy", "--level"],
  ],
  solve: [
    ...["--out", "--format", "--overwrite", "--key-added", "--obs-columns", "--json", "--zarr-format"],
    ...[
      "--drop-type",
      "--merge-types",
      "--hierarchy",
      "--level",
      "--solver",
      "--solver-options",
      "--fail-on",
      "--intervals",
    ],
  ],
  inspect: [
    "--reference",
    "--table",
    "--bin",
    "--cells",
    "--layer",
    "--gene-key",
    "--section-key",
    "--spatial-key",
    "--spatial-columns",
    "--workers",
    "--max-memory",
    "--json",
    "--quiet",
  ],
  check: [
    ...["--spatial", "--depth", "--out", "--table", "--bin", "--cells", "--layer", "--gene-key"],
    ...["--allow-non-counts", "--json", "--quiet"],
  ],
  evaluate: ["--truth", "--spots-of", "--json", "--quiet"],
  convert: [
    "--table",
    "--bin",
    "--cells",
    "--layer",
    "--gene-key",
    "--spatial-key",
    "--spatial-columns",
    "--scratch",
    "--overwrite",
    "--json",
    "--quiet",
  ],
  signature: [
    ...["--out", "--overwrite", "--cell-type-key", "--layer", "--gene-key", "--drop-type", "--min-cells"],
    ...["--zarr-format", "--allow-non-counts", "--json", "--quiet"],
  ],
  export: ["--key", "--table", "--format", "--overwrite", "--json", "--quiet"],
  expression: [
    ...[
      "--out",
      "--overwrite",
      "--types",
      "--genes",
      "--by",
      "--key",
      "--spatial",
      "--table",
      "--bin",
      "--cells",
    ],
    ...["--layer", "--gene-key", "--reference", "--cell-type-key", "--labels", "--reference-layer"],
    ...["--reference-gene-key", "--json", "--quiet"],
  ],
  view: ["--key", "--table", "--port", "--for", "--vitessce", "--no-open", "--json", "--quiet"],
  index: ["--key", "--sections", "--json", "--quiet"],
  report: ["--out", "--key", "--table", "--png", "--svg", "--json", "--quiet"],
  simulate: ["--overwrite", "--json", "--quiet"],
  demo: ["--spots", "--dir", "--seed", "--json", "--quiet"],
};

/** Options of `solve` that say how, for the statistics of a method. */
export const SOLVE_OPTIONS: Readonly<
  Record<string, { value: string; preset?: string; who: readonly Who[]; beside?: readonly string[] }>
> = {
  "--shrinkage": { value: "4", preset: "0", who: ["weighted"], beside: ["--smoothing", "none"] },
  "--smoothing": { value: "4", who: ["weighted", "flashdeconv"] },
  "--lambda": { value: "9", preset: "auto", who: ["flashdeconv"] },
  "--rho": { value: "0.2", preset: "0.01", who: ["flashdeconv"] },
  "--tolerance": { value: "0.01", preset: "0.001", who: ["weighted", "flashdeconv"] },
  "--max-sweeps": { value: "5000", preset: "20000", who: ["weighted", "flashdeconv"] },
  "--precision": { value: "float64", preset: "float32", who: ["weighted", "flashdeconv"] },
  "--amount": { value: "cells", preset: "rna", who: ["weighted", "flashdeconv"] },
  "--cells-per-spot": { value: "5", who: ["weighted", "flashdeconv"] },
  "--empty": { value: "uniform", preset: "nan", who: ["weighted", "flashdeconv"] },
  "--few-counts": { value: "400", preset: "10", who: ["weighted", "flashdeconv"] },
};

/** Options of `simulate`, each with a value that changes the data. */
export const SIMULATE_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  "--spots": ["50"],
  "--genes": ["45"],
  "--types": ["4"],
  "--depth": ["90"],
  "--seed": ["2"],
  "--empty-spots": ["0.3"],
  "--rare-type-fraction": ["0.5"],
  "--types-per-spot": ["2"],
  "--least-share": ["0.2"],
  "--domain-scale": ["3"],
  "--border-width": ["2", "--layout", "layered", "--domain-scale", "4"],
  "--spot-variation": ["2"],
  "--spot-spacing": ["7"],
  "--depth-variation": ["1"],
  "--overdispersion": ["0.5"],
  "--platform-effect": ["1"],
  "--missing-types": ["1"],
  "--cells-per-type": ["5"],
  "--reference-depth": ["200"],
  "--reference-overdispersion": ["2"],
  "--baseline-variation": ["0.2"],
  "--type-variation": ["1"],
  "--marker-fraction": ["0.5"],
  "--marker-fold": ["30"],
  "--layout": ["patchy"],
  "--shuffle-coordinates": [],
  "--zarr-format": ["3"],
};
