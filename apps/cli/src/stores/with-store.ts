import { hdf5Opener } from "@flashdeconv/io-h5";
import { openStore } from "@flashdeconv/io-zarr/node";
import { type OpenStore, registerFileOpeners, type StoreAccess } from "@flashdeconv/stores";
import { refuseInside } from "./refuse-overlap.js";

registerFileOpeners({ h5: hdf5Opener });

/** Opens the store at a path or URL for as long as `work` takes. */
export async function withStore<T>(
  path: string,
  access: StoreAccess,
  work: (store: OpenStore) => Promise<T>,
): Promise<T> {
  if (access.cache !== undefined) await refuseInside({ flag: "--cache", location: access.cache }, [path]);
  const store = await openStore(path, access);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
