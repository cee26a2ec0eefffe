import type { Notice } from "@flashdeconv/core";
import type { Deconvolution } from "@flashdeconv/pipeline";
import { noticeInFlags } from "../options/option-flags.js";
import type { Terminal } from "./terminal.js";

/** Tells notices of sections as they come; afterwards each names the section that it is about. */
export function sectionNotices({ names }: { readonly names: readonly string[] }, terminal: Terminal) {
  const told = new Set<string>();
  return {
    onSection(i: number) {
      terminal.progress.finish();
      terminal.tell(`Section ${i + 1} of ${names.length}: ${names[i]}`);
    },
    onNotice(notice: Notice) {
      told.add(noticeInFlags(notice).message);
      terminal.note(notice);
    },
    all: ({ notices }: Pick<Deconvolution, "notices">): readonly Notice[] => [
      ...terminal.notices.filter(({ message }) => !told.has(message)),
      ...notices.map(noticeInFlags),
    ],
  };
}
