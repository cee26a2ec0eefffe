"""Runs the Python package flashdeconv with its defaults on two stores and prints one JSON object.

    python3 benchmarks/peer.py section.zarr reference.zarr [proportions.csv]

With a third argument the proportions are written there, a row per spot and a column per type.
The time with loading begins before the stores are opened and ends with proportions in memory. Imports are not counted.
"""

import json
import os
import resource
import sys
import time

import anndata
import flashdeconv
import numpy
from flashdeconv.tl import deconvolve

started = time.perf_counter()
section = anndata.read_zarr(sys.argv[1])
reference = anndata.read_zarr(sys.argv[2])
loaded = time.perf_counter()
deconvolve(section, reference, cell_type_key="cell_type")
finished = time.perf_counter()

parameters = section.uns.get("flashdeconv_params", {})
print(
    json.dumps(
        {
            "versions": {
                "python": sys.version.split()[0],
                "flashdeconv": getattr(flashdeconv, "__version__", "unknown"),
                "anndata": anndata.__version__,
                "numpy": numpy.__version__,
            },
            "load_seconds": loaded - started,
            "deconvolve_seconds": finished - loaded,
            "seconds": finished - started,
            "converged": bool(parameters.get("converged", False)),
            "iterations": int(parameters.get("n_iterations", 0)),
        }
    )
)

if len(sys.argv) > 3:
    section.obsm["flashdeconv"].to_csv(sys.argv[3])

if "BENCH_USAGE_FILE" in os.environ:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    with open(os.environ["BENCH_USAGE_FILE"], "w") as file:
        json.dump(
            {
                "cpu_seconds": usage.ru_utime + usage.ru_stime,
                "peak_rss_bytes": usage.ru_maxrss * 1024,
                "bytes_read": None,
                "bytes_read_from_disk": None,
            },
            file,
        )
