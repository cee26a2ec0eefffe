export {
  escapedForShell,
  isPrintable,
  LONGEST_NAME,
  printableJson,
  printableLine,
  printableMessage,
  printableName,
} from "@flashdeconv/results/internal";
