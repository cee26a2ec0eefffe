import { createFile, localPath, type StagedFile } from "@flashdeconv/stores/node/internal";
import { tellPlace } from "../plugins/call-clock.js";
import { type OutputRequest, refuseInputs } from "../stores/open-output.js";
import { isOwnTable } from "./is-own-table.js";
import { refuseOtherSuffix } from "./refuse-other-suffix.js";
import type { FileFormat } from "./table-formats.js";

/**
 * Opens the file that a table goes to, before anything is read.
 *
 * @throws OptionError for a name of another format, or a path that is read; StoreError where the path is taken or cannot be written to
 */
export async function openTableFile(
  request: OutputRequest & { readonly out: string },
  format: FileFormat,
): Promise<StagedFile> {
  const { out, overwrite, lock } = request;
  refuseOtherSuffix(out, format);
  await refuseInputs(request);
  const path = localPath(out);
  tellPlace({ kind: "new store", path });
  const isOurs = (file: string) => isOwnTable(file, format);
  return createFile(path, {
    overwrite,
    mayReplace: isOurs,
    describe: async (file) =>
      (await isOurs(file)) ? "a finished result of flashdeconv" : "a file that flashdeconv did not write,",
    makeFolders: true,
    lock,
  });
}
