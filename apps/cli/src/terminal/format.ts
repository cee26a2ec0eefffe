export {
  countOf,
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatScore,
} from "@flashdeconv/results/internal";
