"""Opens what `flashdeconv demo` left in a folder with Python's anndata, and checks that it says what it should.

Usage: read-demo.py FOLDER, with FOLDER/spatial.zarr, to which a result was added in place, FOLDER/result.zarr, and
FOLDER/merged.zarr, whose types have names that no column can bear.
"""

import json
import pathlib
import re
import sys

import anndata
import numpy
import pandas


def check_result(store, type_names):
    """The elements that a run writes, in the form anndata gives them."""
    proportions = store.obsm["flashdeconv"]
    assert isinstance(proportions, pandas.DataFrame), type(proportions)
    assert list(proportions.columns) == type_names, list(proportions.columns)
    assert (proportions.index == store.obs_names).all()
    answered = ~proportions.isna().any(axis=1)
    assert answered.mean() > 0.9, answered.mean()
    assert numpy.allclose(proportions[answered].sum(axis=1), 1, atol=1e-9)
    assert (proportions[answered].to_numpy() >= 0).all()

    dominant = store.obs["flashdeconv_dominant"]
    assert isinstance(dominant.dtype, pandas.CategoricalDtype), dominant.dtype
    assert (dominant[answered].astype(str) == proportions[answered].idxmax(axis=1)).all()
    assert dominant[~answered].isna().all()
    assert set(store.obs["flashdeconv_status"][answered]) <= {"ok", "few counts", "no counts, from neighbours"}
    counts = store.obs["flashdeconv_counts"].to_numpy()
    assert (counts == counts.round()).all() and counts.max() > 0
    assert ((counts > 0) == store.obs["flashdeconv_status"].isin(["ok", "few counts", "no answer"])).all()

    colors = store.uns["flashdeconv_dominant_colors"]
    assert len(colors) == len(dominant.cat.categories), colors
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in colors), colors

    signature = store.uns["flashdeconv_signature"]
    assert list(signature["cell_types"]) == type_names
    assert signature["gram"].shape == (len(type_names), len(type_names))
    assert numpy.array_equal(signature["gram"], signature["gram"].T)
    assert (signature["gram"].diagonal() > 0).all()
    assert len(signature["cell_counts"]) == len(type_names)

    notices = store.uns["flashdeconv_notices"]
    assert len(notices["code"]) == len(notices["message"])
    assert store.uns["flashdeconv_command"].startswith("flashdeconv "), store.uns["flashdeconv_command"]

    parameters = store.uns["flashdeconv_params"]
    assert parameters["converged"], parameters["converged"]
    assert parameters["method"] == "refined", parameters["method"]
    assert parameters["smoothing_used"] >= 0 and parameters["sweeps"] > 0
    assert list(parameters["cell_types"]) == type_names
    assert list(parameters["type_columns"]) == type_names
    for path in parameters["elements_written"]:
        group, name = path.split("/")
        assert name in getattr(store, group), path
    assert len(parameters["genes_used"]) > 0
    return proportions


folder = sys.argv[1]
section = anndata.read_zarr(f"{folder}/spatial.zarr")
truth = section.obsm["truth"]
type_names = list(truth.columns)
in_place = check_result(section, type_names)

result = anndata.read_zarr(f"{folder}/result.zarr")
proportions = check_result(result, type_names)
genes = section.uns["flashdeconv_params"]["genes_used"]
assert numpy.array_equal(section[:, genes].X.sum(axis=1).A1, section.obs["flashdeconv_counts"])
assert (result.obs_names == section.obs_names).all()
assert numpy.array_equal(result.obsm["spatial"], section.obsm["spatial"])
assert numpy.array_equal(proportions.to_numpy(), in_place.to_numpy(), equal_nan=True)

merged = anndata.read_zarr(f"{folder}/merged.zarr")
parameters = merged.uns["flashdeconv_params"]
names = list(json.loads(parameters["types_merged"]))
assert set(names) <= set(parameters["cell_types"]), names
assert list(parameters["cell_types"]) == list(merged.obs["flashdeconv_dominant"].cat.categories)
assert list(parameters["type_columns"]) == list(merged.obsm["flashdeconv"].columns)
for name, column in zip(parameters["cell_types"], parameters["type_columns"]):
    assert (name == column) == (name not in names), (name, column)
    assert (merged.obs[f"flashdeconv_{column}"] == merged.obsm["flashdeconv"][column]).all()
for document in pathlib.Path(folder).rglob(".z*"):
    document.read_text(encoding="ascii")

answered = ~proportions.isna().any(axis=1)
pearson = numpy.corrcoef(proportions[answered].to_numpy().ravel(), truth[answered].to_numpy().ravel())[0, 1]
assert pearson > 0.5, pearson
print(f"anndata {anndata.__version__}: {section.n_obs} spots, {len(type_names)} types, Pearson {pearson:.3f}")
