/** Formats of one file, each with the suffix that names it. */
export const TABLE_FORMATS = ["csv", "csv.gz", "parquet", "arrow"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Formats of a result. */
export const OUTPUT_FORMATS = ["zarr", ...TABLE_FORMATS] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
