"""heddle.ops: operators of any namespace by name, those of applications too: heddle.ops.torchvision.nms(boxes, ...)."""
from . import _C


class _Namespace:
    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        function = _C.make_function(f"{self._name}::{name}", f"heddle.ops.{self._name}")
        if function is None:
            raise AttributeError(f"there is no operator '{self._name}::{name}'")
        setattr(self, name, function)
        return function

    def __dir__(self):
        return _C.operator_names(self._name)


class _Operators:
    """Namespaces of operators, and load_library(path) for a library that registers more."""

    def load_library(self, path):
        """Loads a shared library whose HEDDLE_LIBRARY blocks register operators."""
        _C.load_library(str(path))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        space = _Namespace(name)
        setattr(self, name, space)
        return space


class _Classes:
    """RuntimeError for every class: models bring the objects they need."""

    def load_library(self, path):
        _C.load_library(str(path))


ops = _Operators()
classes = _Classes()
