"""Reads stores with anndata and prints what they hold as a JSON array, for write-interop.test.ts to compare."""

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


def read(path):
    data = anndata.read_zarr(path)
    # It can be saved again, too.
    data.write_zarr(path + ".again")
    X = data.X
    return {
        "obs": plain(data.obs),
        "var": plain(data.var),
        "obsm": {name: plain(data.obsm[name]) for name in data.obsm.keys()},
        "uns": plain(dict(data.uns)),
        "X": None
        if X is None
        else {
            "kind": type(X).__name__,
            "shape": list(X.shape),
            "data": plain(X.data),
            "indices": X.indices.tolist(),
            "indptr": X.indptr.tolist(),
        },
    }


print(json.dumps([read(path) for path in sys.argv[1:]]))
