/** What a configuration for Vitessce is about. */
export interface VitessceSubject {
  readonly name: string;
  /** Of the AnnData group, as a browser reaches it. */
  readonly url: string;
  /** Whether the URL is of a zip. */
  readonly isZip: boolean;
  readonly key: string;
  /** Names of the columns of obsm/<key> in the store. */
  readonly types: readonly string[];
  /** Path of the matrix of coordinates. */
  readonly spatial: string;
}

/** Begins the description, by which a file of ours is known. */
export const VITESSCE_MARK = "Written by flashdeconv view";

/** The version of Vitessce's configurations that this is. */
const VERSION = "1.0.17";
const ALL = "A";

/**
 * A configuration for Vitessce: spots in their places (its spatial view has y downward, as here), coloured by the type of greatest
 * proportion, and the proportion of each type as a feature.
 */
export function vitessceConfig({ name, url, isZip, key, types, spatial }: VitessceSubject): object {
  const suffix = isZip ? ".zip" : "";
  const scope = (...names: string[]) => Object.fromEntries(names.map((one) => [one, ALL]));
  const ofSpots = scope("dataset", "obsType");
  const ofTypes = { ...ofSpots, ...scope("featureType", "featureValueType") };
  const coloured = { ...ofTypes, ...scope("obsColorEncoding") };
  const view = (component: string, coordinationScopes: object, place: object) => ({
    component,
    coordinationScopes,
    ...place,
  });
  return {
    version: VERSION,
    name,
    description: `${VITESSCE_MARK}: obsm/${key}`,
    datasets: [
      {
        uid: ALL,
        name,
        files: [
          {
            fileType: `anndata.zarr${suffix}`,
            url,
            coordinationValues: { obsType: "spot" },
            options: {
              obsSpots: { path: spatial, dims: [0, 1] },
              obsSets: [{ name: "Largest cell type", path: `obs/${key}_dominant` }],
            },
          },
          {
            fileType: `obsFeatureColumns.anndata.zarr${suffix}`,
            url,
            coordinationValues: { obsType: "spot", featureType: "cell type", featureValueType: "proportion" },
            options: { obsFeatureColumns: types.map((type) => ({ path: `obsm/${key}/${type}` })) },
          },
        ],
      },
    ],
    initStrategy: "auto",
    coordinationSpace: {
      dataset: { [ALL]: ALL },
      obsType: { [ALL]: "spot" },
      featureType: { [ALL]: "cell type" },
      featureValueType: { [ALL]: "proportion" },
      obsColorEncoding: { [ALL]: "cellSetSelection" },
    },
    layout: [
      view("spatialBeta", coloured, { x: 0, y: 0, w: 8, h: 12 }),
      view("layerControllerBeta", coloured, { x: 8, y: 0, w: 4, h: 4 }),
      view("obsSets", coloured, { x: 8, y: 4, w: 4, h: 4 }),
      view("featureList", coloured, { x: 8, y: 8, w: 4, h: 4 }),
    ],
  };
}
