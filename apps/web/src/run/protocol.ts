import type { Notice } from "@flashdeconv/core";
import type { StoreSummary } from "@flashdeconv/io-zarr";
import type { DeconvolveOptions, Parameters, StageName } from "@flashdeconv/pipeline";
import type { Finding } from "@flashdeconv/results/internal";
import type { Ground } from "@flashdeconv/viewer";

// What a page and its run worker tell each other: plain data that can be cloned. `connectRunner` makes promises of it.

/** Where a section or a reference lies. */
export type Place =
  | { readonly kind: "url"; readonly url: string }
  /** A file that was picked or dropped: .zarr.zip, .h5ad, .h5; of a reference also .csv and .tsv. */
  | { readonly kind: "file"; readonly file: File }
  /** The files of a folder that was picked (`webkitdirectory`), by their paths below it, without a leading slash. */
  | { readonly kind: "files"; readonly name: string; readonly files: readonly FolderFile[] }
  /** A folder that was dropped, or picked where the browser lends it. */
  | { readonly kind: "folder"; readonly folder: FileSystemDirectoryHandle };

export interface FolderFile {
  readonly path: string;
  readonly file: File;
}

/** What of a section is meant, where it does not tell by itself. Names as of `SpatialOptions` of io-zarr. */
export interface SectionChoices {
  readonly layer?: string;
  readonly geneKey?: string;
  readonly table?: string;
  readonly spatialKey?: string;
  readonly spatialColumns?: readonly string[];
  readonly sectionKey?: string;
  /** Edge of the bins of a folder of Visium HD, as in "8um". */
  readonly bin?: string;
}

/** Names as of `ReferenceOptions` of io-zarr. */
export interface ReferenceChoices {
  readonly layer?: string;
  readonly geneKey?: string;
  readonly table?: string;
  /** Column of obs with the types. Left out: the one that was found (`OpenedReference.typeColumn`). */
  readonly typeColumn?: string;
}

/** A section that was opened. Nothing but metadata has been read. */
export interface OpenedSection {
  readonly name: string;
  /** What it was found to be, as in "Visium HD", where it is not a Zarr store. */
  readonly called?: string;
  readonly summary: StoreSummary;
  readonly spotCount: number;
  readonly geneNames: readonly string[];
  /** The matrix in use, as in "X" or "layers/counts". */
  readonly matrixPath: string;
  readonly notices: readonly Notice[];
}

/** A reference that was opened. */
export interface OpenedReference {
  readonly name: string;
  readonly called?: string;
  /** Undefined for a table of mean counts. */
  readonly summary?: StoreSummary;
  /** Undefined for a table of mean counts. */
  readonly cellCount?: number;
  readonly geneNames: readonly string[];
  /** The column of obs that names the types; undefined for a table, or where none was found: then `types` is empty and one is to be chosen. */
  readonly typeColumn?: string;
  /** Columns of obs that could name types, the likeliest first. */
  readonly typeColumns: readonly TypeColumn[];
  readonly types: readonly OpenedType[];
  /** Cells without a type, which are left out. */
  readonly unlabelledCount: number;
  readonly notices: readonly Notice[];
}

export interface TypeColumn {
  readonly name: string;
  readonly valueCount: number;
  /** Some of its values. */
  readonly examples: readonly string[];
}

export interface OpenedType {
  readonly name: string;
  /** Undefined in a table of mean counts. */
  readonly cellCount?: number;
}

/** What can be looked at before a run: the section, or the reference beside it. */
export type Subject = "section" | "reference";

/** What a run would take. */
export interface RunPlan {
  readonly workerCount: number;
  /** Memory of the tab, beside what it has taken already, and what of it there may be. */
  readonly bytes: number;
  readonly mostBytes: number;
  /** Whether statistics go to files of the browser meanwhile, for want of memory. */
  readonly isOnScratch: boolean;
  /** The run as a command line. Of files that were picked it names only the names. */
  readonly command: string;
}

/** The options of a run that have a meaning in a page. Which method has which: `METHODS` of the pipeline. */
export type RunOptions = Partial<Omit<DeconvolveOptions, "solver" | "solverOptions">> & {
  /** By default as many as the machine has processors, if that is worth it and memory allows. */
  readonly workerCount?: number;
};

/** What the browser lends a run. */
export interface Environment {
  /** Workers can share memory, and the solve. */
  readonly isIsolated: boolean;
  /** A worker that dies is noticed even where it says nothing. */
  readonly hasLocks: boolean;
  /** Files of the browser: counts cross the network once, and large sections fit. */
  readonly hasFiles: boolean;
  readonly processorCount: number;
  /** Of the machine, as the browser tells it, which is rounded, and bounded above; 4 GiB where it tells none. */
  readonly memoryBytes: number;
}

/** Where a run stands. */
export interface RunProgress {
  readonly stage: StageName;
  /** In words, as in "summing up spots". */
  readonly inWords: string;
  readonly done: number;
  readonly total?: number;
  /** What is counted: spots, cells, types, sweeps. */
  readonly unit: string;
  /** Of the whole run, 0 to 1; an estimate. */
  readonly share: number;
  /** Seconds; undefined until there is something to tell it by. Time that was spent paused does not count. */
  readonly secondsLeft?: number;
}

/** The map so far: a byte per texel or point of the ground, classes as of the viewer's `ClassField`. */
export interface RunPicture {
  /** Told once, with the first. */
  readonly ground?: Ground;
  /** Of the classes, told once, with the first. */
  readonly typeNames?: readonly string[];
  /** #rrggbb, one per type, told once, with the first. */
  readonly colors?: readonly string[];
  readonly bytes: Uint8Array;
}

/** A run that is done. The result stays with the worker until the next run, or until it is closed. */
export interface RunResult {
  /** AnnData as .zarr.zip: open it with `{ opener: "blob", blob, name }`. */
  readonly blob: Blob;
  readonly name: string;
  /** Of the result within the store: columns of obs and keys of uns begin with it. */
  readonly key: string;
  readonly spotCount: number;
  readonly typeNames: readonly string[];
  /** Mean proportion of each type, over spots with an answer. */
  readonly means: readonly number[];
  /** Spots by status, in the order of `SPOT_STATUSES` of the pipeline. */
  readonly statusCounts: readonly number[];
  readonly parameters: Parameters;
  readonly notices: readonly Notice[];
  /** Seconds of work, without pauses. */
  readonly seconds: number;
  /** Bytes that crossed the network. */
  readonly fetchedBytes: number;
  readonly command: string;
}

export type SaveFormat = "zarr.zip" | "h5ad" | "csv" | "report";

export interface SavedFile {
  readonly blob: Blob;
  /** To save it as. */
  readonly name: string;
}

export interface RunListeners {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  /** At most once a second, from the start of the solve; nothing is drawn where it is left out, or with more than 253 types. */
  readonly onPicture?: (picture: RunPicture) => void;
  readonly onNotice?: (notice: Notice) => void;
}

/**
 * The run worker, as the page sees it. What fails rejects with the error that Node would throw (`found`, `expected` and `remedy` are
 * plain words), or with the signal's reason. One `run` or `save` at a time.
 */
export interface Runner {
  environment(): Promise<Environment>;
  openSection(place: Place, choices?: SectionChoices, signal?: AbortSignal): Promise<OpenedSection>;
  openReference(place: Place, choices?: ReferenceChoices, signal?: AbortSignal): Promise<OpenedReference>;
  /**
   * What `flashdeconv inspect` would say of what is open: of the section; or of the reference and how it fits the section, for which both
   * have to be open. Reads up to 10,000 rows of either. Options in it are as `optionName` of core writes them. May go on beside a plan, and
   * while another input is opened; a run waits for it to end.
   */
  inspect(subject: Subject, signal?: AbortSignal): Promise<readonly Finding[]>;
  /** Of what is open. Throws MemoryPlanError, with the command line in its remedy, where the tab has too little memory. */
  plan(options?: RunOptions, signal?: AbortSignal): Promise<RunPlan>;
  run(options?: RunOptions, listeners?: RunListeners): Promise<RunResult>;
  /** Nothing more is read or begun until `goOn`: what is being worked on is finished first, which takes a second or so. */
  pause(): Promise<void>;
  goOn(): void;
  save(format: SaveFormat, signal?: AbortSignal): Promise<SavedFile>;
  /** Ends the worker, with its workers and files. */
  close(): void;
}

/** What can be asked, and what comes back. */
export interface Requests {
  environment(request: undefined): Environment;
  openSection(request: { place: Place; choices: SectionChoices }): OpenedSection;
  openReference(request: { place: Place; choices: ReferenceChoices }): OpenedReference;
  inspect(request: { subject: Subject }): readonly Finding[];
  plan(request: { options: RunOptions }): RunPlan;
  run(request: { options: RunOptions; wantsPictures: boolean }): RunResult;
  pause(request: undefined): void;
  goOn(request: undefined): void;
  save(request: { format: SaveFormat }): SavedFile;
}

/** What is told while a request is worked on. */
export type RunEvent =
  | { readonly kind: "progress"; readonly progress: RunProgress }
  | { readonly kind: "picture"; readonly picture: RunPicture }
  | { readonly kind: "notice"; readonly notice: Notice };
