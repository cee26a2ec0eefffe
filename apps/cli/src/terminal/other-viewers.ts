import { indent } from "./table.js";

export interface ViewedPlace {
  readonly path: string;
  readonly key: string;
  /** Table of a SpatialData container. */
  readonly tablePath: string;
  readonly isH5ad: boolean;
  /** Path of the matrix of coordinates, where there is one. */
  readonly spatial: string | undefined;
}

/** Lines of Python that show a result with scanpy, and with napari where it lies in SpatialData. y grows downward, as in pictures. */
export function otherViewers({ path, key, tablePath, isH5ad, spatial }: ViewedPlace): string[] {
  const store = JSON.stringify(path);
  const table = JSON.stringify(tablePath === "" ? path : `${path.replace(/\/+$/, "")}/${tablePath}`);
  const color = JSON.stringify(`${key}_dominant`);
  const basis = spatial && JSON.stringify(spatial.replace("obsm/", ""));
  const read = isH5ad ? "read_h5ad" : "read_zarr";
  const scanpy = [
    "import anndata, scanpy",
    `scanpy.pl.embedding(anndata.${read}(${table}), ${basis}, color=${color}, show=False).invert_yaxis()`,
  ];
  const napari = [
    "import napari_spatialdata, spatialdata",
    `napari_spatialdata.Interactive(spatialdata.read_zarr(${store})).run()`,
  ];
  return [
    ...(basis === undefined ? [] : ["With scanpy:", ...indent(scanpy)]),
    ...(tablePath === "" ? [] : ["With napari:", ...indent(napari)]),
  ];
}
