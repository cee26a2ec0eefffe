// A module of its own, so that what reads CSV is loaded where there is some.
export { readSignatureCsv } from "@flashdeconv/io-zarr";
