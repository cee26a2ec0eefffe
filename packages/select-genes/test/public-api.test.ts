import { expect, it } from "vitest";
import * as api from "../src/index.js";

it("exports these names and no other", () => {
  expect(Object.keys(api).sort()).toEqual([
    "FEW_SHARED",
    "GENE_SELECTION_OPTIONS",
    "addCells",
    "addDepths",
    "addMoments",
    "alignGenes",
    "buildDepthSums",
    "buildGeneMap",
    "buildMomentAdder",
    "buildMoments",
    "buildRenumbering",
    "buildSignatureSums",
    "compareColumns",
    "countedGenes",
    "finishDepthSums",
    "finishMoments",
    "finishSignature",
    "geneSubset",
    "genesInSignature",
    "highlyVariableGenes",
    "leverageScores",
    "markerGenes",
    "mergeDepthSums",
    "mergeMoments",
    "renumberInPlace",
    "resolveGeneSelectionOptions",
    "selectGenes",
    "signatureSubset",
    "silentTypes",
    "spellingGains",
    "withoutTypes",
  ]);
});
