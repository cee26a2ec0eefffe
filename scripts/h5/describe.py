"""Writes beside copies of HDF5 files what h5py reads of each as JSON, for compare.mjs:

    /usr/bin/python3 scripts/h5/describe.py OUT FILE...
"""

import needed

import shutil
import sys
from pathlib import Path

from described import describe

out, *files = sys.argv[1:]
Path(out).mkdir(parents=True, exist_ok=True)
for number, path in enumerate(files):
    copy = Path(out) / f"{number}-{Path(path).name}"
    shutil.copyfile(path, copy)
    try:
        describe(copy)
    except Exception as error:
        print(path, error)
