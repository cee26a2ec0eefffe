"""What h5py reads of an HDF5 file, as JSON beside it."""

import needed

import base64
import json
from pathlib import Path

import h5py
import numpy as np


def described(dtype):
    """The type of a dataset as the reader tells it."""
    text = h5py.check_string_dtype(dtype)
    if text is not None:
        return {"kind": "text"} if text.length is None else {"kind": "string", "size": dtype.itemsize}
    members = h5py.check_enum_dtype(dtype)
    if members is not None:
        return {"kind": "enum", "size": dtype.itemsize, "members": {k: int(v) for k, v in members.items()}}
    if h5py.check_ref_dtype(dtype) is h5py.RegionReference:
        return {"kind": "other"}
    if h5py.check_ref_dtype(dtype) is h5py.Reference:
        return {"kind": "reference"}
    if dtype.kind == "b":
        return {"kind": "enum", "size": 1, "members": {"FALSE": 0, "TRUE": 1}}
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return {"kind": "array", "shape": list(shape), "base": described(base)}
    if dtype.names is not None:
        fields = [
            {"name": name, "offset": dtype.fields[name][1], "type": described(dtype.fields[name][0])}
            for name in dtype.names
        ]
        return {"kind": "compound", "size": dtype.itemsize, "members": fields}
    big = dtype.byteorder == ">"
    if dtype.kind in "iu":
        return {"kind": "integer", "size": dtype.itemsize, "isSigned": dtype.kind == "i", "bigEndian": big}
    if dtype.kind == "f":
        return {"kind": "float", "size": dtype.itemsize, "bigEndian": big}
    return {"kind": dtype.str}


def values_of(file, array):
    """Numbers as bytes, texts as a list."""
    array = np.asarray(array)
    if array.dtype.kind in "OSU":
        flat = [
            file[item].name if isinstance(item, h5py.Reference) and item else "" if isinstance(item, h5py.Reference)
            else item.decode("utf8") if isinstance(item, bytes) else item
            for item in array.reshape(-1).tolist()
        ]
        return {"texts": flat}
    plain = np.ascontiguousarray(array)
    if plain.dtype.kind == "b":
        plain = plain.astype(np.uint8)
    little = plain.astype(plain.dtype.newbyteorder("<"))
    return {"bytes": base64.b64encode(little.tobytes()).decode(), "dtype": little.dtype.str}


def jsonable(file, value):
    if isinstance(value, h5py.Empty):
        return None
    if isinstance(value, h5py.RegionReference):
        return None
    if isinstance(value, h5py.Reference):
        return file[value].name if value else None
    if isinstance(value, bytes):
        return value.decode("utf8")
    if isinstance(value, np.ndarray):
        return [jsonable(file, item) for item in value]
    if isinstance(value, np.void):
        return {name: jsonable(file, value[name]) for name in value.dtype.names}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, complex):
        return {"r": value.real, "i": value.imag}
    if isinstance(value, bytes):
        return value.decode("utf8")
    if isinstance(value, float) and value != value:
        return "NaN"
    return value


def describe(path):
    nodes = {}
    with h5py.File(path, "r") as file:
        def visit(name, node):
            entry = {"attributes": {k: jsonable(file, v) for k, v in node.attrs.items()}}
            if isinstance(node, h5py.Dataset):
                entry["type"] = described(node.dtype)
                entry["shape"] = None if node.shape is None else list(node.shape)
                if node.shape is not None:
                    if node.dtype.names is None:
                        entry["values"] = values_of(file, node[()])
                    else:
                        entry["members"] = {n: values_of(file, node[()][n]) for n in node.dtype.names}
            else:
                entry["names"] = sorted(node.keys())
            nodes[name] = entry
        visit("", file)
        file.visititems(visit)
    Path(f"{path}.json").write_text(json.dumps(nodes))
