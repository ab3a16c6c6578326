"""Files of torch.save: tensors and plain Python values. Reading never runs code."""
import os

from . import _C


def load(f, map_location=None, pickle_module=None, *, weights_only=True, mmap=None, **options):
    """What a file of torch.save holds: tensors, and None, numbers, strings, lists, tuples and dicts around them.

    f: a path, a file open for reading, or bytes. Classes beyond these are refused: nothing of the file is ever
    run, so every load is what torch.load calls weights_only. Tensors are on the CPU wherever they were saved.
    """
    if isinstance(f, (str, os.PathLike)):
        path = os.fspath(f)
        if not os.path.exists(path):
            raise FileNotFoundError(2, os.strerror(2), path)
        return _C.load_values(path, path)
    data = bytes(f) if isinstance(f, (bytes, bytearray, memoryview)) else f.read()
    return _C.load_values(data, getattr(f, "name", "<buffer>"))


def save(obj, f, pickle_module=None, pickle_protocol=2, _use_new_zipfile_serialization=True):
    """Writes a file that heddle.load and torch.load read.

    obj: a tensor, None, a number, a string, or lists, tuples and dicts of these. f: a path or a file open for writing.
    """
    if isinstance(f, (str, os.PathLike)):
        _C.save_values(obj, os.fspath(f))
    else:
        f.write(_C.save_to_bytes(obj))
