import type { Notice } from "@flashdeconv/core";

/** Collects notices, one per code, and passes each on when it first comes. */
export interface NoticeList {
  readonly all: readonly Notice[];
  add(notice: Notice): void;
}
