"""Writes the small HDF5 files that packages/io-h5/test reads, with Debian's python3-h5py, python3-anndata and python3-numcodecs:

    /usr/bin/python3 scripts/h5/make-fixtures.py packages/io-h5/test/fixtures

Values are made up by rules that the tests know: counts, row numbers, squares.
"""

import needed

import sys
from pathlib import Path

import anndata
import h5py
import numcodecs
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
section(12, 20).write_h5ad(folder / "section-gzip.h5ad", compression="gzip")


def store(file, name, shape, chunks, maxshape=None, dtype="<u2", **filters):
    """Items are numbered; of `half` only the first third is written, and the rest is the fill value 7."""
    values = (np.arange(np.prod(shape)) % 60000).astype(dtype).reshape(shape)
    file.create_dataset(name, data=values, chunks=chunks, maxshape=maxshape, **filters)
    half = file.create_dataset(
        f"{name}-half", shape=shape, dtype=dtype, chunks=chunks, maxshape=maxshape, fillvalue=7, **filters
    )
    half[: shape[0] // 3] = values[: shape[0] // 3]


def low_level(file, name, shape, layout, chunks=None, space=None):
    """Datasets that h5py's own functions do not make."""
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(layout)
    if chunks:
        plist.set_chunk(chunks)
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.STD_U16LE, h5py.h5s.create_simple(shape, space or shape), plist)
    file[name][...] = np.arange(np.prod(shape)).reshape(shape)


for libver in ("earliest", "latest"):
    with h5py.File(folder / f"indexes-{libver}.h5", "w", libver=libver) as file:
        gzip = {"compression": "gzip", "shuffle": True, "dtype": "<i4"}
        lzf = {"compression": "lzf", "shuffle": True, "fletcher32": True, "dtype": "<f8"}
        low_level(file, "compact", (30,), h5py.h5d.COMPACT)
        low_level(file, "scalar", (), h5py.h5d.CONTIGUOUS)
        store(file, "one", (300,), (300,))
        store(file, "one-gzip", (300,), (300,), **gzip)
        store(file, "fixed", (40, 9), (7, 4), dtype=">i2")
        store(file, "fixed-lzf", (300,), (11,), **lzf)
        if libver == "latest":
            store(file, "fixed-pages", (1100,), (1,), dtype="u1")
        store(file, "contiguous", (300,), None)
        store(file, "extensible", (300,), (17,), (None,))
        if libver == "latest":
            store(file, "room-to-grow", (20, 9), (5, 4), (40, 30), **gzip)
            store(file, "extensible-second", (20, 9), (5, 2), (20, None), **gzip)
            store(file, "extensible-super", (400,), (1,), (None,), dtype="u1")
            store(file, "tree", (24, 30), (4, 3), (None, None), dtype="u1")
            store(file, "tree-gzip", (30, 12), (4, 5), (None, None), **gzip)
            store(file, "checked", (300,), (50,), fletcher32=True)
            low_level(file, "implicit", (20, 9), h5py.h5d.CHUNKED, (6, 4), (40, 18))

    with h5py.File(folder / f"types-{libver}.h5", "w", libver=libver, track_order=libver == "latest", userblock_size=512) as file:
        names = [["spot", "zell\u00e9", "", "\u57fa\u56e0"][i % 4] + str(i) * (i % 3) for i in range(60)]
        obs = file.create_group("obs")
        obs.create_dataset("vlen", data=np.array(names, dtype=object), dtype=h5py.string_dtype())
        obs.create_dataset("vlen-chunked", data=np.array(names, dtype=object), dtype=h5py.string_dtype(), chunks=(7,), compression="gzip")
        obs.create_dataset("fixed", data=np.array([name.encode() for name in names]), chunks=(9,), compression="lzf")
        obs.create_dataset("long", data=np.array(["x" * 9000, "y"], dtype=object), dtype=h5py.string_dtype())
        obs["flag"] = np.arange(30) % 3 == 0
        obs.create_dataset("level", data=np.arange(9) % 3 - 1, dtype=h5py.enum_dtype({"LOW": -1, "NONE": 0, "HIGH": 1}, basetype="<i2"))
        obs["flag"].attrs["categories"] = obs["vlen"].ref
        record = np.dtype([("geneID", "<u4"), ("a long name of a member", "<f8"), ("tag", "S5"), ("box", "<i2", (2, 3)), ("on", "?")])
        rows = np.zeros(50, dtype=record)
        rows["geneID"] = np.arange(50)
        rows["a long name of a member"] = np.arange(50) / 4
        rows["tag"] = [b"ab%d" % i for i in range(50)]
        rows["box"] = np.arange(300).reshape(50, 2, 3)
        rows["on"] = np.arange(50) % 2 == 0
        file.create_dataset("records", data=rows, chunks=(16,), compression="gzip", shuffle=True)
        file["empty"] = h5py.Empty("f4")
        file["none"] = np.zeros((0, 5))
        file["refs"] = np.array([obs.ref, obs["flag"].ref], dtype=h5py.ref_dtype)
        many = file.create_group("many")
        for i in range(30):
            many[f"member {i}"] = np.uint8(i)
            obs.attrs[f"attribute {i}"] = i / 2
        file.attrs["shape"] = np.array([3, 4])
        file.attrs["text"] = "utf \u00e9"
        file.attrs["bytes"] = np.bytes_(b"old")
        file.attrs["names"] = np.array(["a", "b", "\u00e9"], dtype=object)
        file.attrs["no names"] = np.zeros(0)
        file.attrs["flag"] = True
        file.attrs["half"] = np.float16(0.5)
        file.attrs["empty"] = h5py.Empty("f4")
        file.attrs["pairs"] = np.arange(6).reshape(2, 3)
        file["soft"] = h5py.SoftLink("/obs/flag")
        file["many/relative"] = h5py.SoftLink("member 7")
        file["loop"] = h5py.SoftLink("/loop/loop")
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
        file["hard"] = obs
        file.create_dataset("refused/szip-like", data=np.arange(64), chunks=(8,), scaleoffset=0)
        file.create_dataset("refused/runs", data=np.array([np.arange(2), np.arange(3)], dtype=object), dtype=h5py.vlen_dtype("<i4"))
        file.create_dataset("refused/outside", shape=(4,), dtype="<i4", external=[("raw.bin", 0, 16)])
        if libver == "latest":
            layout = h5py.VirtualLayout((4,), dtype="<i4")
            layout[:] = h5py.VirtualSource("other.h5", "x", shape=(4,))
            file.create_virtual_dataset("refused/virtual", layout)


# Filters that Debian's HDF5 lacks: numcodecs packs the chunks, which are written as they are. Row numbers; the last chunk is stored unpacked.
ZSTD, BLOSC = 32015, 32001
with h5py.File(folder / "filters.h5", "w") as file:
    for name, number, parameters, codec, shuffles in [
        ("zstd", ZSTD, (3,), numcodecs.Zstd(3), False),
        ("zstd-shuffle", ZSTD, (3,), numcodecs.Zstd(9), True),
        ("blosc-lz4", BLOSC, (2, 2, 4, 400, 5, 1, 1), numcodecs.Blosc("lz4", 5, numcodecs.Blosc.SHUFFLE), False),
        ("blosc-zstd", BLOSC, (2, 2, 4, 400, 5, 2, 5), numcodecs.Blosc("zstd", 5, numcodecs.Blosc.BITSHUFFLE), False),
        ("blosc-zlib", BLOSC, (2, 2, 4, 400, 5, 0, 4), numcodecs.Blosc("zlib", 5, numcodecs.Blosc.NOSHUFFLE), False),
        ("blosc-blosclz", BLOSC, (2, 2, 4, 400, 5, 1, 0), numcodecs.Blosc("blosclz", 5, numcodecs.Blosc.SHUFFLE), False),
    ]:
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        creation.set_chunk((100,))
        if shuffles:
            creation.set_shuffle()
        creation.set_filter(number, h5py.h5z.FLAG_OPTIONAL, parameters)
        space = h5py.h5s.create_simple((400,))
        dataset = h5py.h5d.create(file.id, name.encode(), h5py.h5t.STD_I32LE, space, creation)
        for start in range(0, 400, 100):
            values = np.arange(start, start + 100, dtype="<i4")
            stored = values.view(np.uint8).reshape(-1, 4).T.tobytes() if shuffles else values.tobytes()
            if start == 300:
                dataset.write_direct_chunk((start,), values.tobytes(), filter_mask=3)
            else:
                dataset.write_direct_chunk((start,), codec.encode(stored))
