"""TorchScript archives written by hand: a class of source, a pickle of opcodes, tensors of bytes. PyTorch would not write these."""

import io
import pickle
import struct
import zipfile

INPUT = "float32[2]"


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def integer(value):
    if -(1 << 31) <= value < 1 << 31:
        return b"J" + struct.pack("<i", value)
    data = pickle.encode_long(value)
    return b"\x8a" + bytes([len(data)]) + data


def storage(key="0", kind="FloatStorage", count=4):
    """Pushes a storage by its persistent id."""
    return b"(" + text("storage") + b"ctorch\n" + kind.encode() + b"\n" + text(key) + text("cpu") + integer(count) + b"tQ"


def integers(values):
    return b"(" + b"".join(map(integer, values)) + b"t"


def tensor(sizes=(4,), strides=(1,), offset=0, **of):
    """Pushes a tensor of _rebuild_tensor_v2."""
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage(**of) + integer(offset) + integers(sizes) + integers(strides) +
            b"\x89ccollections\nOrderedDict\n)RtR")


def module(**attributes):
    """data.pkl of an object of __torch__.M; attributes are opcodes that push a value."""
    state = b"".join(text(name) + value for name, value in attributes.items())
    return b"\x80\x02c__torch__\nM\n)\x81}(" + state + b"ub."


def source(body, attributes=()):
    """class M with these attributes, as "w : Tensor", and these methods."""
    lines = ["class M(Module):", "  __parameters__ = []", "  __buffers__ = []"]
    lines += [f"  {attribute}" for attribute in attributes]
    lines += ["  " + line for line in body.strip("\n").split("\n")]
    return "\n".join(lines) + "\n"


def forward(*statements):
    return "def forward(self: __torch__.M, x: Tensor) -> Tensor:\n" + "".join(f"  {s}\n" for s in statements)


def write(path, code, data=None, records=None, method=zipfile.ZIP_STORED, constants=b"\x80\x02)."):
    """The archive; records are named without the root folder, and bytes() leaves one of the usual ones out."""
    every = {"data.pkl": module() if data is None else data, "code/__torch__.py": code.encode() if isinstance(code, str) else code,
             "constants.pkl": constants, "version": b"3\n"}
    every.update(records or {})
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in every.items():
            archive.writestr(zipfile.ZipInfo("m/" + name), content, method)


def in_memory(**arguments):
    out = io.BytesIO()
    write(out, **arguments)
    return out.getvalue()
