"""Reads a store with anndata and prints what it holds as one JSON object, for write-interop.test.ts to compare."""

import json
import sys

import anndata
import numpy as np
import pandas as pd


def plain(value):
    """A value as JSON can hold it, with its type where JSON has no word for it."""
    if isinstance(value, pd.DataFrame):
        columns = {name: plain(value[name]) for name in value.columns}
        return {"index": list(value.index), "order": list(value.columns), "columns": columns}
    if isinstance(value, pd.Series):
        if isinstance(value.dtype, pd.CategoricalDtype):
            values = [None if pd.isna(item) else item for item in value]
            return {"values": values, "categories": list(value.cat.categories), "ordered": bool(value.cat.ordered)}
        return plain(value.to_numpy())
    if isinstance(value, np.ndarray):
        return {"dtype": str(value.dtype), "values": value.tolist()}
    if isinstance(value, np.generic):
        return {"dtype": str(value.dtype), "value": value.item()}
    if hasattr(value, "items"):
        return {name: plain(item) for name, item in value.items()}
    return value


data = anndata.read_zarr(sys.argv[1])
result = {
    "obs": plain(data.obs),
    "var": plain(data.var),
    "obsm": {name: plain(data.obsm[name]) for name in data.obsm.keys()},
    "uns": plain(dict(data.uns)),
    "X": None,
}
if data.X is not None:
    X = data.X
    result["X"] = {
        "kind": type(X).__name__,
        "shape": list(X.shape),
        "data": plain(X.data),
        "indices": X.indices.tolist(),
        "indptr": X.indptr.tolist(),
    }
# A second way in: what anndata writes again must be readable too.
data.write_zarr(sys.argv[1] + ".again")
print(json.dumps(result))
