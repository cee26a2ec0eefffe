/** Patches that every section gives, spread evenly along its space-filling order. */
export const CORE_PATCHES = 4;
/** Patches of a sparse section: spots of few counts say less each, and there, a patch more or less moved the choice by a factor of 2. */
export const ALL_PATCHES = 16;
/** About 24 x 24: on 900 connected spots the strength of smoothing was chosen as on all 3,600 in every set tried. */
export const SPOTS_PER_PATCH = 576;

/** Spots of the sample at most, in any section and in a sparse one. */
export const CORE_SPOTS = CORE_PATCHES * SPOTS_PER_PATCH;
export const SAMPLE_SPOTS = ALL_PATCHES * SPOTS_PER_PATCH;
/** Sections at most that a strength for all is chosen on: their samples lie in memory together, and each costs a pass. */
export const CHOICE_SECTIONS = 16;
/** Counted genes of a spot beyond the core up to which it is taken: what it takes in memory is bounded before the depth is known. */
export const SPARSE_ROW = 128;
/** Counts of a usual spot up to which a section is sparse. */
export const SPARSE_DEPTH = 64;

/** Spots that intervals are calibrated on, at most, and values of their counts where they leave a tile of so many spots. */
export const TILE_SPOTS = 1600;
export const TILE_VALUES = 3_000_000;
export const LEAST_TILE_SPOTS = 400;
/** Cells of a type that are kept to make up a tissue, and counts of all of them. */
export const KEPT_CELLS = 64;
export const KEPT_ENTRIES = 6_000_000;

/** Spots whose counts give the sums per gene of a large section: so many, or this share where that is more. */
export const SURVEYED_SPOTS = 100_000;
export const SURVEYED_SHARE = 0.1;
/** They stand for the section where the genes that they have counts of hold this share of what each type of the reference expresses. */
export const SURVEYED_EXPRESSION = 0.99;
