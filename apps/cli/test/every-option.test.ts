import { describe, expect, it } from "vitest";
import { OBJECTS_OF } from "../src/options/option-objects.js";
import { COMMAND_NAMES, commandNamed } from "./commands.js";
import { chosen, failure, nowhere, resultOf, useOptionFolder } from "./option-runs.js";
import {
  EVERYONE,
  METHOD_OPTIONS,
  NEUTRAL,
  OTHERS,
  SIMULATE_OPTIONS,
  SOLVE_OPTIONS,
} from "./option-trials.js";

// Every option of every command, from commander's own tables: it does what it says, or is refused. An option without an entry here fails.

useOptionFolder();

describe("every option has an entry", () => {
  it.each(COMMAND_NAMES)("of %s", (name) => {
    const flags = commandNamed(name).options.map(({ long }) => long as string);
    const known = new Set([
      ...OTHERS[name],
      ...(name === "simulate" || name === "demo" ? [] : Object.keys(OBJECTS_OF)),
      ...(name === "run" || name === "stage" ? Object.keys(METHOD_OPTIONS) : []),
      ...(name === "run" || name === "stage" || name === "solve" ? Object.keys(NEUTRAL) : []),
      ...(name === "solve" ? Object.keys(SOLVE_OPTIONS) : []),
      ...(name === "simulate" ? Object.keys(SIMULATE_OPTIONS) : []),
    ]);
    expect(flags.filter((flag) => !known.has(flag))).toEqual([]);
    expect(OTHERS[name].filter((flag) => !flags.includes(flag))).toEqual([]);
  });
});

describe.each(Object.entries(METHOD_OPTIONS))(
  "run %s",
  (flag, { value: usual, other, preset, who, beside = [], needs }) => {
    it.each(EVERYONE)("with %s", async (one) => {
      const value = other?.[one] ?? usual;
      const given = value === undefined ? [flag] : [flag, value];
      const isNeeded = who.includes(one) ? beside : [];
      for (const args of [given, ...(preset === undefined ? [] : [[flag, preset]])]) {
        const { tag, message } = await failure("run", ...nowhere, ...chosen(one), ...isNeeded, ...args);
        if (!who.includes(one)) {
          expect(message).toContain(`option ${flag}: `);
          expect(message).toMatch(/it has no such option.*(--method \w+|Leave it out)/);
        } else expect({ tag, message }).toMatchObject({ tag: "StoreError" });
      }
      if (!who.includes(one)) return;
      if (needs) {
        const { message } = await failure("run", ...nowhere, ...chosen(one), ...given);
        expect(message).toContain(`option ${flag}: `);
      }
      const base = await resultOf(...chosen(one), ...(needs ? [] : isNeeded));
      expect(await resultOf(...chosen(one), ...isNeeded, ...given), "it changes something").not.toBe(base);
    });
  },
);

describe("what no result depends on", () => {
  it.each(Object.entries(NEUTRAL))("%s", async (flag, values) => {
    for (const one of ["weighted", "flashdeconv", "plugin"] as const) {
      const base = await resultOf(...chosen(one));
      expect(await resultOf(...chosen(one), flag, ...values)).toBe(base);
    }
  });
});
