import { shortList } from "@flashdeconv/core/internal";
import type { NoticeList } from "../../contracts/notices.js";

/** Tells which types take no part in the fit, and where one alone is left. */
export function noteTypesInFit(
  typeNames: readonly string[],
  silentTypes: readonly string[],
  notices: NoticeList,
): void {
  if (silentTypes.length > 0) {
    notices.add({
      code: "silent-types",
      message: `Types without a count in the genes in use, which are 0 in every spot: ${shortList(silentTypes)}.`,
    });
  }
  if (typeNames.length === 1) {
    notices.add({
      code: "one-type",
      message: `Only one type has counts in the genes in use ("${typeNames[0]}"): every spot with an answer is all of it.`,
    });
  }
}
