import { OptionError } from "@flashdeconv/core";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { NamedPlace } from "./refuse-overlap.js";

/** Suffixes of file formats: whoever names one wants such a file, and would get a folder of that name. */
const FILES =
  /\.(csv|tsv|tab|txt|dat|json|jsonl|ndjson|ya?ml|xml|html?|md|pdf|parquet|pq|feather|arrow|ipc|orc|avro|h5|h5ad|h5mu|hdf5?|he5|nc|loom|mtx|rds|rda|rdata|qs|pkl|pickle|npy|npz|mat|xlsx?|xlsm|ods|sqlite3?|db|duckdb|zip|tar|tgz|gz|bz2|xz|zst|lz4|7z|tiff?|png|jpe?g|svg|geojson|shp|gpkg|bin|log)$/i;

/**
 * Tables and archives cannot be written yet; a folder called after one would be taken for it.
 *
 * @throws OptionError that says how to come by such a file
 */
export function refuseFileName({ flag, location }: NamedPlace): void {
  const name = location.replace(/[?#].*$/, "").replace(/[/\\]+$/, "");
  const suffix = FILES.exec(name)?.[0];
  if (suffix === undefined) return;
  const store = `${redactUrl(name.slice(0, -suffix.length)).replace(/\.(zarr|csv|tsv|txt|tar)$/i, "")}.zarr`;
  const table =
    flag === "--out"
      ? ` For a table of it, in Python: anndata.read_zarr("${store}").obsm["flashdeconv"].to_csv("result.csv").`
      : "";
  throw new OptionError({
    option: flag,
    value: redactUrl(location),
    rule: `a name for a Zarr store, which is a folder; ${suffix} files cannot be written`,
    remedy: `Give ${flag} ${store}.${table}`,
  });
}
