import { isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { openFile, type StoreAccess } from "@flashdeconv/stores";
import {
  type ContentKind,
  type FileContent,
  type FoundThing,
  NoStoreError,
} from "@flashdeconv/stores/internal";
import { describeFile, isRemote } from "@flashdeconv/stores/node/internal";
import { INPUT_KINDS } from "../options/input-kinds.js";
import { withoutQuery } from "./without-query.js";

interface UnknownInput extends StoreAccess {
  /** What is read; sections by default. */
  readonly expects?: string;
}

/** An error of an input that is none of those that are read, with what lies there and what can be done; other errors as they are. */
export async function tellUnknown(error: unknown, path: string, input: UnknownInput): Promise<unknown> {
  const thing = thingOf(error);
  if (thing === undefined) return error;
  const told = error as StoreError;
  const { expects = INPUT_KINDS, ...access } = input;
  const behind = isRemote(path) && thing === "nothing" ? await contentBehind(path, access) : undefined;
  const lies = behind ?? thing;
  const remedy = typeof lies === "object" ? remedyOf(lies.kind, nameOf(path)) : undefined;
  // A server shows a folder as a page: what was looked for in it is told as well.
  const isPage = behind?.kind === "web page" && !/\.[a-z]\w*$/i.test(nameOf(path));
  return new StoreError({
    path: told.path,
    found: isPage ? `${behind.called}, ${told.found}` : behind ? behind.called : told.found,
    expected: expects,
    remedy: isPage ? `${told.remedy} ${remedy}` : (remedy ?? told.remedy),
    cause: error,
  });
}

function thingOf(error: unknown): FoundThing | undefined {
  // What was taken for another format by its name has the first error as its cause.
  for (let seen = error; isFlashdeconvError(seen); seen = seen.cause) {
    if (seen instanceof NoStoreError) return seen.thing;
  }
  return undefined;
}

/** What kind of file answers at a URL; undefined where there is none, or it cannot be told. */
async function contentBehind(path: string, access: StoreAccess): Promise<FileContent | undefined> {
  try {
    const file = await openFile(path, access);
    try {
      return await describeFile(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isFlashdeconvError(error)) return undefined;
    throw error;
  }
}

function nameOf(path: string): string {
  return withoutQuery(path).replace(/^.*[/\\]/, "");
}

/** What to do with a file of a kind that is not read; undefined where nothing is known of it. */
export function remedyOf(kind: ContentKind, name: string): string | undefined {
  const stem = name.replace(/(\.gz)?$/i, "").replace(/\.\w+$/, "");
  const quoted = (text: string) => JSON.stringify(text);
  switch (kind) {
    case "data of R": {
      const read = /\.rda(ta)?$/i.test(name)
        ? `load(${quoted(name)}); x <- the object in it`
        : `x <- readRDS(${quoted(name)})`;
      return `In R: ${read}; anndataR::write_h5ad(x, ${quoted(`${stem}.h5ad`)}). Or, for counts alone: DropletUtils::write10xCounts(${quoted(stem)}, the matrix of counts).`;
    }
    case "archive":
      return "Unpack it, and give the folder or file that it holds.";
    case "spreadsheet":
      return "Save the sheet as .csv: a table can be a reference of mean counts, or labels of cells. Counts of cells or spots have to be in one of these formats.";
    case "web page":
      return "Of a page about a file, give the address of the file itself, as its link for the download has it.";
    case "picture":
    case "document":
      return "Give the counts: the folder or file that the instrument's software or anndata wrote.";
    case "text":
      return `Counts in a table are read from .h5ad: in Python, anndata.read_csv(${quoted(name)}).write_h5ad(${quoted(`${stem}.h5ad`)}), with .T before .write_h5ad where genes are rows.`;
    case "columns":
    case "pickle":
      return `Write the counts as .h5ad: in Python, anndata.AnnData(table).write_h5ad(${quoted(`${stem}.h5ad`)}).`;
    case "empty":
      return "Copy the file again.";
    default:
      return undefined;
  }
}
