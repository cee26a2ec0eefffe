/** All that is read as a section, or as cells of a reference, in few words. */
export const INPUT_KINDS =
  "AnnData or SpatialData (.zarr, .h5ad), a matrix of 10x (.h5, Market Exchange), an output folder of Space Ranger, Cell Ranger, Xenium, MERSCOPE or CosMx, or .gem or .gef of Stereo-seq";

export const REFERENCE_KINDS = `${INPUT_KINDS}, or a table of mean counts (.csv)`;
export const RESULT_KINDS = "a result of flashdeconv: AnnData or SpatialData (.zarr, .h5ad)";
export const STATISTICS_KINDS = "a store of statistics, as run keeps it with --save-stats (.zarr)";
