/** Formats of a row per spot, each with the suffix that names it. */
export const TABLE_FORMATS = ["csv", "csv.gz", "parquet", "arrow"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Formats of one file: AnnData as well. */
export const FILE_FORMATS = [...TABLE_FORMATS, "h5ad"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Formats of a result. */
export const OUTPUT_FORMATS = ["zarr", ...FILE_FORMATS] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Whether a result goes to an AnnData object, of whatever format. */
export function isAnnData(format: OutputFormat): boolean {
  return format === "zarr" || format === "h5ad";
}
