"""Writes the small HDF5 files that packages/io-h5/test reads, with Debian's python3-h5py and python3-anndata:

    /usr/bin/python3 scripts/h5/make-fixtures.py packages/io-h5/test/fixtures

Values are made up by rules that the tests know: counts, row numbers, squares.
"""

import sys
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


def section(spots=30, genes=40):
    """Counts that follow from row and column."""
    rows, columns = np.indices((spots, genes))
    counts = np.where((rows * 7 + columns * 3) % 5 == 0, 1 + (rows + columns) % 9, 0).astype(np.float32)
    names = [f"spot-{i}" for i in range(spots)]
    obs = pd.DataFrame(
        {
            "region": pd.Categorical([["core", "rim"][i % 2] for i in range(spots)]),
            "is_edge": np.arange(spots) % 3 == 0,
            "depth": np.arange(spots, dtype=np.float64) / 4,
        },
        index=names,
    )
    var = pd.DataFrame(index=[f"Gen\u00e9{i}" for i in range(genes)])
    data = anndata.AnnData(csr_matrix(counts), obs=obs, var=var, dtype=np.float32)
    data.obsm["spatial"] = np.stack([np.arange(spots) % 6, np.arange(spots) // 6], axis=1).astype(np.float64)
    data.uns["note"] = "made for tests"
    return data


section().write_h5ad(folder / "section.h5ad")
section().write_h5ad(folder / "section-gzip.h5ad", compression="gzip")
