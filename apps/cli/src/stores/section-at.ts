import type { StoreAccess } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES } from "@flashdeconv/stores/internal";
import { isRemote, localPath, readObject } from "@flashdeconv/stores/node/internal";

/** A section as the command line names it: a store, and the table where that is a SpatialData container. */
export interface SectionPlace {
  readonly path: string;
  readonly table: string | undefined;
}

/**
 * The path of a table inside a SpatialData container (`sdata.zarr/tables/name`) as the container and the table's name, so that
 * shapes are found and the container's consolidated metadata are kept right; any other path as it is.
 */
export async function sectionAt(
  given: string,
  table: string | undefined,
  access: StoreAccess,
): Promise<SectionPlace> {
  const path = localPath(given);
  // A URL may end with what shows who asks.
  const [, whole, query = ""] = (isRemote(path) && /^(https?:[^?#]*)([?#].*)$/is.exec(path)) || ["", path];
  const parts = /^(.+)[/\\]tables?[/\\]([^/\\]+)[/\\]*$/.exec(whole);
  if (!parts || table !== undefined) return { path, table };
  const [, container, name] = parts;
  const isContainer = await saysSpatialData(container, query, access);
  return isContainer ? { path: container + query, table: name } : { path, table };
}

async function saysSpatialData(container: string, query: string, access: StoreAccess): Promise<boolean> {
  const texts = await Promise.all(
    ["zarr.json", ".zattrs"].map(async (name) => {
      const bytes = await readObject(`${container}/${name}${query}`, access, {
        most: MOST_DOCUMENT_BYTES,
      }).catch(() => new Uint8Array(0));
      return new TextDecoder().decode(bytes);
    }),
  );
  return texts.some((text) => text.includes('"spatialdata_attrs"'));
}
