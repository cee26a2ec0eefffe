import { expect, it } from "vitest";
import * as api from "../src/index.js";

it("exports these names and no other", () => {
  expect(Object.keys(api).sort()).toEqual([
    "FEW_SHARED",
    "GENE_SELECTION_DEFAULTS",
    "addCells",
    "addMoments",
    "alignGenes",
    "buildGeneMap",
    "buildMomentAdder",
    "buildMoments",
    "buildRenumbering",
    "buildSignatureSums",
    "compareColumns",
    "countedGenes",
    "finishMoments",
    "finishSignature",
    "geneSubset",
    "genesInSignature",
    "highlyVariableGenes",
    "leverageScores",
    "markerGenes",
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
