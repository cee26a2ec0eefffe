// A module of its own, so that bundlers put the passes' code into a file that workers are started with.
import "@flashdeconv/pipeline/page-worker";
