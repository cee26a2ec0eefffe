import { OptionError } from "@flashdeconv/core";
import { redactUrl } from "@flashdeconv/stores/internal";
import { FILE_FORMATS } from "../tables/table-formats.js";
import type { NamedPlace } from "./refuse-overlap.js";
import { withoutQuery } from "./without-query.js";

/** Suffixes of file formats: whoever names one wants such a file, and would get a folder of that name. */
const FILES =
  /\.(csv|tsv|tab|txt|dat|json|jsonl|ndjson|ya?ml|xml|html?|md|pdf|parquet|pq|feather|arrow|ipc|orc|avro|h5|h5ad|h5mu|hdf5?|he5|nc|loom|mtx|rds|rda|rdata|qs|pkl|pickle|npy|npz|mat|xlsx?|xlsm|ods|sqlite3?|db|duckdb|zip|tar|tgz|gz|bz2|xz|zst|lz4|7z|tiff?|png|jpe?g|svg|geojson|shp|gpkg|bin|log)$/i;

/** The suffix of a location that names a kind of file, if it does. */
export function fileSuffix(location: string): string | undefined {
  return FILES.exec(withoutQuery(location))?.[0];
}

/**
 * A store is a folder, and so is what --out-dir names; one called after a kind of file would be taken for it.
 *
 * @throws OptionError that says which files can be written
 */
export function refuseFileName({ flag, location }: NamedPlace): void {
  const suffix = fileSuffix(location);
  if (suffix === undefined) return;
  const name = withoutQuery(location).slice(0, -suffix.length);
  if (flag === "--out-dir") {
    const remedy = `Give ${flag} ${redactUrl(name)}; --format says what files lie in it.`;
    const rule = `a name for a folder; it cannot be a ${suffix} file`;
    throw new OptionError({ option: flag, value: redactUrl(location), rule, remedy });
  }
  const store = `${redactUrl(name).replace(/\.(zarr|csv|tsv|txt|tar)$/i, "")}.zarr`;
  const others = flag === "--out" ? `, or a name that ends in .${FILE_FORMATS.join(", .")}` : "";
  throw new OptionError({
    option: flag,
    value: redactUrl(location),
    rule: `a name for a Zarr store, which is a folder; it cannot be a ${suffix} file`,
    remedy: `Give ${flag} ${store}${others}.`,
  });
}
