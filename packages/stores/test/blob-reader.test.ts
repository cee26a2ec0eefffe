import { expect, it } from "vitest";
import { blobReader } from "../src/zip/blob-reader.js";

/** A file as browsers read it: each slice fails with an error of this name. */
function failing(name: string): File {
  const file = new File(["counts"], "section.h5ad");
  const arrayBuffer = () => Promise.reject(new DOMException("cannot be read", name));
  return Object.assign(file, { slice: () => Object.assign(new Blob(["counts"]), { arrayBuffer }) });
}

it.each(["NotReadableError", "NotFoundError"])(
  "a file that was changed after it was chosen is named so: %s",
  async (name) => {
    const reading = blobReader(failing(name)).read(0, 3);
    await expect(reading).rejects.toMatchObject({ tag: "StoreError", path: "section.h5ad" });
    await expect(reading).rejects.toThrow(/changed, moved or deleted after it was chosen.*Choose it again/s);
  },
);

it("what else goes wrong is left as it is", async () => {
  await expect(blobReader(failing("AbortError")).read(0, 3)).rejects.toMatchObject({ name: "AbortError" });
});
