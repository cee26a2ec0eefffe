"""Says which packages these scripts need, where they are missing. Imported before them."""

import sys
from importlib.util import find_spec

missing = [name for name in ("h5py", "numpy", "anndata", "numcodecs") if find_spec(name) is None]
if missing:
    sys.exit(
        f"{sys.argv[0]}: found no {', '.join(missing)} for {sys.executable}. Run it with Debian's /usr/bin/python3 "
        "(python3-h5py, python3-anndata, python3-numcodecs), or install them: pip install h5py anndata numcodecs"
    )
