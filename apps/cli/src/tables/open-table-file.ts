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
  onSame?: () => void,
): Promise<StagedFile> {
  refuseOtherSuffix(request.out, format, request.flag);
  const isOurs = (file: string) => isOwnTable(file, format);
  return openOwnFile(request, { kind: "a finished result", isOurs, onSame });
}

/** What a file of ours is called, and what tells it from others. */
export interface OwnKind {
  readonly kind: string;
  readonly isOurs: (path: string) => Promise<boolean>;
  /** As `createFile` has it. */
  readonly onSame?: () => void;
}

/** Opens a file that replaces one of its own kind alone. Throws as `openTableFile`. */
export async function openOwnFile(
  request: OutputRequest & { readonly out: string },
  { kind, isOurs, onSame }: OwnKind,
): Promise<StagedFile> {
  const { out, overwrite, lock } = request;
  await refuseInputs(request);
  const path = localPath(out);
  tellPlace({ kind: "new store", path });
  return createFile(path, {
    overwrite,
    mayReplace: isOurs,
    onSame,
    describe: async (file) =>
      (await isOurs(file)) ? `${kind} of flashdeconv` : "a file that flashdeconv did not write,",
    makeFolders: true,
    lock,
  });
}
