import { type CountReport, describeCounts } from "@flashdeconv/normalize";
import { checkJson, type Inspection, type LayerReport, placesOf } from "@flashdeconv/results/internal";
import { FLAGS } from "../options/option-flags.js";
import { planJson } from "../resources/plan-resources.js";

/** An inspection as plain data, with names as JSON has them elsewhere in this program. */
export function inspectionJson(inspection: Inspection): Record<string, unknown> {
  const { called, summary, matrix, layers, placesTrouble, reference, referenceLayers, memory } = inspection;
  return {
    input: called ?? "zarr",
    zarr_format: summary.zarrFormat,
    table: summary.table
      ? {
          name: summary.table.name,
          path: summary.table.path,
          tables: summary.table.tableNames,
          version: summary.table.version,
          regions: summary.table.annotation?.regions ?? null,
          region_key: summary.table.annotation?.regionKey ?? null,
          instance_key: summary.table.annotation?.instanceKey ?? null,
        }
      : null,
    consolidated: summary.consolidated,
    row_count: summary.rowCount,
    gene_count: summary.geneCount,
    matrices: layers.matrices.map(matrixJson),
    missing_x: layers.isMissingX,
    count_layers: layers.countLayers,
    unreadable: summary.unreadable,
    obs_columns: summary.obsColumns,
    obsm: summary.obsm,
    coordinates: summary.coordinates ?? null,
    coordinates_trouble: placesTrouble ?? null,
    coordinate_candidates: summary.coordinateCandidates.map(({ columnNames, isNumeric }) => ({
      columns: columnNames,
      numeric: isNumeric,
    })),
    sections: summary.sections
      ? {
          columns: summary.sections.columnNames,
          sections: summary.sections.sections.map(({ name, spotCount }) => ({ name, spot_count: spotCount })),
          without_section_count: summary.sections.withoutCount,
        }
      : null,
    complete: summary.complete,
    values: matrix ? { path: matrix.path, ...valuesJson(matrix.counts) } : null,
    memory: memory === undefined ? null : typeof memory === "string" ? { refused: memory } : planJson(memory),
    gene_examples: matrix?.geneNames.slice(0, 5) ?? [],
    reference_matrices: referenceLayers
      ? {
          matrices: referenceLayers.matrices.map(matrixJson),
          missing_x: referenceLayers.isMissingX,
          count_layers: referenceLayers.countLayers,
        }
      : null,
    reference: reference
      ? {
          cell_count: reference.cellCount ?? null,
          gene_count: reference.geneCount,
          shared_gene_count: reference.sharedGeneCount,
          shared_name_count: reference.sharedNameCount,
          shared_gene_share: reference.sharedGeneShare,
          gene_remarks: reference.geneRemarks.map(({ text }) => text),
          gene_columns: reference.geneColumns.map(({ spatialKey, referenceKey, sharedCount }) => ({
            gene_key: spatialKey ?? null,
            reference_gene_key: referenceKey ?? null,
            shared_gene_count: sharedCount,
          })),
          gene_spellings: reference.geneSpellings.map(({ cause, gainedCount, example }) => ({
            difference: cause,
            gained_gene_count: gainedCount,
            example,
          })),
          unlabelled_count: reference.unlabelledCount,
          values: reference.counts ? valuesJson(reference.counts) : null,
          means: reference.means
            ? {
                verdict: reference.means.verdict,
                whole: reference.means.isWhole,
                greatest: reference.means.greatest,
              }
            : null,
          may_be_rounded_logs: reference.mayBeRoundedLogs,
          type_check: reference.checked ? checkJson(reference.checked, placesOf(inspection), FLAGS) : null,
          cell_types: reference.types.map(({ name, cellCount, remark }) => ({
            name,
            cell_count: cellCount ?? null,
            remark,
          })),
        }
      : null,
  };
}

function matrixJson(info: LayerReport["matrices"][number]): Record<string, unknown> {
  return {
    path: info.path,
    encoding: info.encoding,
    shape: info.shape,
    data_type: info.dataType,
    chunk_shape: info.chunkShape,
    codecs: info.codecs,
    nonzero_count: info.nonZeroCount ?? null,
    verdict: info.verdict ?? null,
  };
}

function valuesJson(report: CountReport): Record<string, unknown> {
  return {
    verdict: describeCounts(report),
    rows_looked_at: report.spotCount,
    empty_row_count: report.emptySpotCount,
    nonzero_count: report.nonzeroCount,
    total: report.total,
    max: report.max,
    faults: report.faults.map(({ kind, valueCount, spot, gene, value }) => ({
      kind,
      value_count: valueCount,
      first_row: spot,
      first_column: gene,
      // JSON knows neither NaN nor infinity.
      first_value: String(value),
    })),
  };
}
