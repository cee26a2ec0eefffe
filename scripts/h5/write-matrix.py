"""Writes HDF5 files of every kind that Debian's h5py and anndata can write, and beside each what h5py reads of it as JSON:

    /usr/bin/python3 scripts/h5/write-matrix.py FOLDER && node scripts/h5/compare.mjs FOLDER

compare.mjs reads the same files with @flashdeconv/io-h5 and compares values and types. Not part of the tests, as it needs Python.
"""

import needed

import itertools
import sys
from pathlib import Path

import h5py
import numpy as np
from described import describe

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
count = 0


def write(name, make, **options):
    global count
    path = folder / f"{name}.h5"
    with h5py.File(path, "w", **options) as file:
        make(file)
    describe(path)
    count += 1


LIBVERS = ["earliest", ("v108", "v108"), "latest"]
FILTERS = {
    "plain": {},
    "gzip": {"compression": "gzip"},
    "gzip-shuffle": {"compression": "gzip", "shuffle": True, "compression_opts": 1},
    "lzf": {"compression": "lzf"},
    "lzf-shuffle-fletcher": {"compression": "lzf", "shuffle": True, "fletcher32": True},
    "fletcher": {"fletcher32": True},
}
CHUNKS = {"contiguous": None, "small": 7, "guess": True, "whole": 1000, "uneven": 333}
DTYPES = ["<f4", "<f8", "<f2", ">f4", ">f8", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8", "|i1", ">i4", ">u2", ">i8"]
rng = np.random.default_rng(1)


def text(i):
    return ["spot", "zellé", "", "基因"][i % 4] + str(i) * (i % 3)


# Vectors: every filter, chunking and libver, dtypes in turn.
turn = itertools.cycle(DTYPES)
for (chunk_name, chunk), (filter_name, filters), libver, growing in itertools.product(
    CHUNKS.items(), FILTERS.items(), LIBVERS, [False, True]
):
    if chunk is None and (filters or growing):
        continue
    dtype = np.dtype(next(turn))
    length = 1000

    def make(file):
        values = (rng.random(length) * 100).astype(dtype)
        file.create_dataset(
            "X/data", data=values, chunks=chunk, maxshape=(None,) if growing else None, **filters
        )
        file.create_dataset("X/indices", data=np.arange(length, dtype="<i8"), chunks=chunk, **filters)
        file["X"].attrs["shape"] = np.array([10, 100])
        file["X"].attrs["encoding-type"] = "csr_matrix"

    version = libver if isinstance(libver, str) else libver[0]
    grows = "-grows" if growing else ""
    write(f"vector-{chunk_name}-{filter_name}-{version}{grows}", make, libver=libver)

# Matrices: all chunk indexes, grown, shrunk, sparse, with fill values.
for libver, (shape, chunks, maxshape) in itertools.product(
    LIBVERS,
    [
        ((50, 30), (7, 11), None),
        ((50, 30), (7, 11), (None, 30)),
        ((50, 30), (7, 11), (50, None)),
        ((50, 30), (7, 11), (None, None)),
        ((50, 30), (50, 30), None),
        ((50, 30), (5, 5), (80, 90)),
        ((2000,), (1,), None),
        ((3000,), (1,), (None,)),
        ((40, 8, 6), (3, 8, 5), (None, 8, None)),
        ((40, 8, 6), (3, 8, 5), (40, None, 6)),
    ],
):
    for filtered in (False, True):

        def make(file):
            values = np.arange(np.prod(shape), dtype="<f4").reshape(shape)
            extra = {"compression": "gzip", "shuffle": True} if filtered else {}
            file.create_dataset("full", data=values, chunks=chunks, maxshape=maxshape, **extra)
            half = file.create_dataset(
                "half", shape=shape, dtype="<i4", chunks=chunks, maxshape=maxshape, fillvalue=-3, **extra
            )
            half[: shape[0] // 3] = 5
            file.create_dataset("never", shape=shape, dtype="<f8", chunks=chunks, maxshape=maxshape, fillvalue=1.5)
            if maxshape is not None and maxshape[0] is None:
                grown = file.create_dataset("grown", data=values, chunks=chunks, maxshape=maxshape, **extra)
                grown.resize(shape[0] + 9, axis=0)
                grown[-2:] = 8
                grown.resize(shape[0] - 12, axis=0)

        version = libver if isinstance(libver, str) else libver[0]
        label = "x".join(map(str, shape)) + "-" + "x".join("n" if m is None else str(m) for m in maxshape or ["fixed"])
        write(f"matrix-{label}-{version}{'-gzip' if filtered else ''}", make, libver=libver)

# Early allocation without filters: the implicit index.
def implicit(file):
    for name, shape, chunks in [("a", (100,), (9,)), ("b", (20, 30), (7, 4))]:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk(chunks)
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        space = h5py.h5s.create_simple(shape, tuple(2 * n for n in shape))
        h5py.h5d.create(file.id, name.encode(), h5py.h5t.NATIVE_INT32, space, plist)
        file[name][...] = np.arange(np.prod(shape)).reshape(shape)


write("implicit", implicit, libver="latest")

# Types, groups, attributes.
for libver, tracks in itertools.product(LIBVERS, [False, True]):
    version = libver if isinstance(libver, str) else libver[0]

    def make(file):
        names = [text(i) for i in range(300)]
        file.create_dataset("obs/vlen", data=np.array(names, dtype=object), dtype=h5py.string_dtype())
        file.create_dataset("obs/vlen-chunked", data=np.array(names, dtype=object), dtype=h5py.string_dtype(), chunks=(17,), compression="gzip")
        file.create_dataset("obs/fixed", data=np.array([n.encode() for n in names]))
        file.create_dataset("obs/fixed-chunked", data=np.array([n.encode() for n in names]), chunks=(31,), shuffle=True, compression="lzf")
        file.create_dataset("obs/long", data=np.array(["x" * 9000, "y", "z" * 70000], dtype=object), dtype=h5py.string_dtype())
        file.create_dataset("obs/table-of-text", data=np.array([["a", "bb"], ["", "é"]], dtype=object), dtype=h5py.string_dtype())
        file["obs/flag"] = np.arange(30) % 3 == 0
        file.create_dataset("obs/enum", data=np.arange(9) % 3 - 1, dtype=h5py.enum_dtype({"LOW": -1, "NONE": 0, "HIGH": 1}, basetype="<i2"))
        record = np.dtype([("geneID", "<u4"), ("count", "<u2"), ("a long name of a member", "<f8"), ("tag", "S5"), ("box", "<i2", (2, 3)), ("on", "?")])
        rows = np.zeros(500, dtype=record)
        rows["geneID"] = np.arange(500)
        rows["count"] = np.arange(500) % 7
        rows["a long name of a member"] = np.arange(500) / 3
        rows["tag"] = [b"ab%d" % (i % 50) for i in range(500)]
        rows["box"] = np.arange(3000).reshape(500, 2, 3)
        rows["on"] = np.arange(500) % 2 == 0
        file.create_dataset("cellExp", data=rows)
        file.create_dataset("cellExp-chunked", data=rows, chunks=(64,), compression="gzip", shuffle=True)
        boxes = file.create_dataset("uns/boxes", shape=(4,), dtype=np.dtype("(6,)<i4"))
        boxes[...] = np.arange(24).reshape(4, 6)
        file["uns/scalar"] = 7
        file["uns/text"] = "one word"
        file["uns/fixed-text"] = np.bytes_(b"eleven char")
        file["uns/empty"] = h5py.Empty("f4")
        file["uns/none"] = np.zeros(0, dtype="<f4")
        file["uns/none-2d"] = np.zeros((0, 5), dtype="<f8")
        file["refs"] = np.array([file["obs"].ref, file["obs/flag"].ref], dtype=h5py.ref_dtype)
        file["obs/flag"].attrs["categories"] = file["obs/vlen"].ref
        many = file.create_group("many")
        for i in range(150):
            many[f"member {i}"] = i
        for i in range(40):
            file["uns"].attrs[f"attribute {i}"] = i * 1.5
        file.attrs["shape"] = np.array([3, 4], dtype="<i8")
        file.attrs["text"] = "utf é"
        file.attrs["bytes"] = np.bytes_(b"old")
        file.attrs["column-order"] = np.array(["a", "b", "é"], dtype=object)
        file.attrs["no-columns"] = np.zeros(0, dtype="<f8")
        file.attrs["flag"] = True
        file.attrs["half"] = np.float16(0.5)
        file.attrs["empty"] = h5py.Empty("f4")
        file.attrs["pair"] = np.arange(6).reshape(2, 3)
        file.attrs["big"] = "b" * 50000
        file["soft"] = h5py.SoftLink("/obs/flag")
        file["uns/relative"] = h5py.SoftLink("scalar")
        file["hard"] = file["uns"]

    write(f"types-{version}{'-ordered' if tracks else ''}", make, libver=libver, track_order=tracks)
    write(f"userblock-{version}{'-ordered' if tracks else ''}", make, libver=libver, track_order=tracks, userblock_size=1024)

print(count, "files")
