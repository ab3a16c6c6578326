"""What a call of a program leaves behind, in a form that both libraries' answers have, and whether two of them agree."""

import numpy

# Beyond this, and for infinities, only the place counts: sums of such numbers depend on the order of additions.
LARGE = 1e6


class Observer:
    """Describes values. Tensors over one memory get one number, in the order in which they are met."""

    def __init__(self):
        self.memories = {}
        self.tensors = []  # kept alive, so that no address is used twice

    def see(self, value):
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return ("float", value)
        if hasattr(value, "storage_offset"):
            return self.tensor(value)
        if isinstance(value, dict):
            return ("dict", [(key, self.see(item)) for key, item in value.items()])
        if isinstance(value, tuple):
            return ("tuple", [self.see(item) for item in value])
        if isinstance(value, list):
            return ("list", [self.see(item) for item in value])
        if hasattr(value, "number"):
            return ("Box", self.see(value.tensor), value.number, self.see(list(value.items)))
        return ("other", type(value).__name__)

    def tensor(self, t):
        self.tensors.append(t)
        array = numpy.array(t.detach().numpy())
        shape = tuple(t.shape)
        memory = None
        if t.numel():
            memory = self.memories.setdefault(t.data_ptr() - t.storage_offset() * t.element_size(), len(self.memories))
        strides = tuple(s for n, s in zip(shape, t.stride()) if n > 1) if t.numel() else ()
        return ("tensor", str(t.dtype).split(".")[-1], shape, strides, t.storage_offset() if t.numel() else 0, memory, array)


def numbers_differ(expected, got, tolerance):
    if expected.dtype != got.dtype or expected.shape != got.shape:
        return "dtype or shape"
    if expected.tobytes() == got.tobytes():
        return None
    if expected.dtype.kind not in "fc":
        return None if numpy.array_equal(expected, got) else "values"
    e, g = expected.astype("float64"), got.astype("float64")
    wild = ~(numpy.abs(e) < LARGE) & ~(numpy.abs(g) < LARGE)
    near = numpy.abs(e - g) <= tolerance * (1 + numpy.abs(e))
    return None if numpy.all(near | wild) else "values"


def difference(expected, got, tolerance=2e-4, path=""):
    """Where two observations part, or None."""
    if isinstance(expected, tuple) and isinstance(got, tuple) and expected and got and expected[0] == got[0]:
        kind = expected[0]
        if kind == "tensor":
            for name, a, b in zip(("dtype", "shape", "strides", "offset", "memory"), expected[1:6], got[1:6]):
                if a != b:
                    return f"{path}: {name} {a} / {b}"
            verdict = numbers_differ(expected[6], got[6], tolerance)
            return f"{path}: {verdict}\n{expected[6]}\n/\n{got[6]}" if verdict else None
        if kind == "float":
            verdict = numbers_differ(numpy.array(expected[1]), numpy.array(got[1]), tolerance)
            return f"{path}: float {expected[1]} / {got[1]}" if verdict else None
    if isinstance(expected, (tuple, list)) and type(expected) is type(got):
        if len(expected) != len(got):
            return f"{path}: length {len(expected)} / {len(got)}"
        for i, (a, b) in enumerate(zip(expected, got)):
            found = difference(a, b, tolerance, f"{path}.{i}")
            if found:
                return found
        return None
    return None if type(expected) is type(got) and expected == got else f"{path}: {short(expected)} / {short(got)}"


def short(value):
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "..."
