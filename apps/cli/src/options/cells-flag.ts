import { OptionError } from "@flashdeconv/core";
import type { Command } from "commander";
import { describeOption } from "./describe-option.js";
import { parseNumber } from "./parse-number.js";

/** A column of obs, as options name one. */
export interface ObsColumn {
  readonly column: string;
}

const FLAG = "--cells-per-spot";
const OBS = "obs:";

/** Adds the option for the cells of a spot: one number or, where a section is read, a column of its spots. */
export function addCellsFlag(command: Command, takes: "numbers" | "numbers and columns"): Command {
  const { meaning } = describeOption("cellsPerSpot");
  if (takes === "numbers") {
    return command.option(`${FLAG} <number>`, `${meaning} (default: none)`, parseNumber(FLAG));
  }
  return command.option(`${FLAG} <number|obs:COLUMN>`, `${meaning} (default: none)`, (text) =>
    /^\w+:/.test(text) ? parseObsColumn(FLAG, text) : parseNumber(FLAG)(text),
  );
}

/** Reads the name of a column of obs. */
export function parseObsColumn(flag: string, text: string): ObsColumn {
  const column = text.slice(OBS.length);
  if (text.startsWith(OBS) && column !== "") return { column };
  throw new OptionError({ option: flag, value: text, rule: "a column of obs: obs:COLUMN" });
}

/** The column as it was given. */
export function asGiven(value: number | ObsColumn | undefined): number | string | undefined {
  return typeof value === "object" ? `${OBS}${value.column}` : value;
}
