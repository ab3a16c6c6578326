"""The table's operators by name, for the functions of heddle.nn.functional."""
from .. import _C

_made = {}


def op(name):
    """The function of aten::name, made once."""
    if name not in _made:
        _made[name] = _C.make_function("aten::" + name, "heddle.nn.functional")
    return _made[name]


def reduction(name, size_average=None, reduce=None):
    """The number by which operators know 'none', 'mean' and 'sum'."""
    if size_average is not None or reduce is not None:
        name = "none" if reduce is False else "sum" if size_average is False else "mean"
    numbers = {"none": 0, "mean": 1, "sum": 2}
    if name not in numbers:
        raise ValueError(f"{name} is not a valid value for reduction")
    return numbers[name]


def ntuple(value, count):
    """A number as often as there are dimensions; a list as it is."""
    return [value] * count if isinstance(value, (int, float)) else list(value)
