#!/usr/bin/env python3
"""Writes the type stubs of the package from the operator table: __init__.pyi, linalg.pyi, fft.pyi, special.pyi.

usage: PYTHONPATH=build/release/python python3 make_stubs.py FOLDER_OF_THE_PACKAGE
"""
import inspect
import keyword
import pathlib
import sys

import heddle
from heddle import _C

KINDS = {"Tensor": "Tensor", "tuple of Tensors": "Sequence[Tensor]", "int": "int", "tuple of ints": "Sequence[int]",
         "int or tuple of ints": "int | Sequence[int]", "float": "float", "tuple of floats": "Sequence[float]",
         "bool": "bool", "tuple of bools": "Sequence[bool]", "Number": "_Number",
         "tuple of Scalars": "Sequence[_Number]", "complex": "complex", "str": "str",
         "torch.device": "device | str", "torch.dtype": "dtype", "torch.layout": "layout",
         "torch.memory_format": "memory_format", "torch.Generator": "Generator"}
RESULTS = {"Tensor": "Tensor", "int": "int", "float": "float", "bool": "bool", "Scalar": "_Number", "str": "str",
           "number": "_Number", "List[Tensor]": "tuple[Tensor, ...]", "List[int]": "tuple[int, ...]"}
# Inside the package's own names, `int` and its like are dtypes.
HEAD = '''# Written from the operator table by make_stubs.py.
# mypy: disable-error-code="misc, override"
from __future__ import annotations

from builtins import bool as _bool, complex as _complex, float as _float, int as _int
from collections.abc import Iterator, Sequence
from typing import Any, overload
'''


def typed(text, own_dtypes):
    """The type under a name that neither a dtype (heddle.int) nor an attribute of the class (Tensor.dtype) hides."""
    if not own_dtypes:
        return text
    for name in ("int", "float", "bool", "complex", "dtype", "device", "layout", "memory_format"):
        parts = text.replace("[", " [ ").replace("]", " ] ").replace(",", " , ").split()
        text = " ".join("_" + part if part == name else part for part in parts)
    return text.replace(" [ ", "[").replace(" ]", "]").replace(" ,", ",")


def result(signature, own_dtypes):
    types = [RESULTS.get(text, "Any") for _, text in signature["returns"]]
    if not types:
        return "None"
    return typed(types[0] if len(types) == 1 else f"tuple[{', '.join(types)}]", own_dtypes)


def parameters(signature, is_method, own_dtypes):
    """The text between the brackets; None where a name is one that Python keeps for itself."""
    found, star, had_default = ["self"] if is_method else [], False, False
    for entry in signature["parameters"]:
        if entry["is_self"]:
            continue
        if keyword.iskeyword(entry["name"]):
            return None
        if entry["keyword_only"] and not star:
            found.append("*")
            star = True
        kind = typed(KINDS.get(entry["kind"], "Any"), own_dtypes)
        has_default = entry["default"] is not None
        had_default = had_default or has_default
        text = f"{entry['name']}: {kind}{' | None' if entry['optional'] else ''}"
        found.append(text + (" = ..." if has_default or had_default and not star else ""))
    if " out=None" in signature["declaration"]:
        found += ([] if star else ["*"]) + ["out: Tensor | Sequence[Tensor] | None = ..."]
        star = True
    if any(entry["name"] == "pin_memory" for entry in signature["parameters"]):
        found += ([] if star else ["*"]) + [typed("requires_grad: bool = ...", own_dtypes)]
    return ", ".join(found)


def forms(name, is_method, own_dtypes):
    """Each form of an operator as (parameters, result)."""
    for signature in _C.signatures(name, is_method):
        gives = result(signature, own_dtypes)
        text = parameters(signature, is_method, own_dtypes)
        if text is None:
            text = f"{'self, ' if is_method else ''}*args: Any, **kwargs: Any"
        yield text, gives
        places = [entry for entry in signature["parameters"] if not entry["keyword_only"] and not entry["is_self"]]
        if len(places) == 1 and places[0]["kind"] == "tuple of ints":
            rest = text.partition("*, ")[2]
            spread = typed(f"*{places[0]['name']}: int", own_dtypes)
            yield ", ".join(part for part in ("self" if is_method else "", spread, rest) if part), gives


def definition(name, operator, is_method, own_dtypes, indent=""):
    lines = []
    found = list(dict.fromkeys(forms(operator, is_method, own_dtypes)))
    for text, gives in found:
        if len(found) > 1:
            lines.append(f"{indent}@overload")
        lines.append(f"{indent}def {name}({text}) -> {gives}: ...")
    return lines


def python_method(name, method):
    """A method written in Python: its parameters without types."""
    try:
        signature = inspect.signature(method)
    except ValueError:
        return [f"    def {name}(self, *args: Any, **kwargs: Any) -> Any: ..."]
    shown = [str(p.replace(annotation=inspect.Parameter.empty,
                           default=... if p.default is not p.empty else p.empty)).replace("=Ellipsis", "=...")
             for p in signature.parameters.values()]
    kinds = [p.kind for p in signature.parameters.values()]
    if inspect.Parameter.KEYWORD_ONLY in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        shown.insert(kinds.index(inspect.Parameter.KEYWORD_ONLY), "*")
    if inspect.Parameter.POSITIONAL_ONLY in kinds:
        shown.insert(sum(kind == inspect.Parameter.POSITIONAL_ONLY for kind in kinds), "/")
    return [f"    def {name}({', '.join(shown)}) -> Any: ..."]


def tensor_class():
    lines = ["class Tensor:"]
    names = [n for n in dir(heddle.Tensor) if n not in dir(object) or n in vars(heddle.Tensor)]
    for name in names:
        if name in ("__dict__", "__weakref__", "__module__", "__doc__", "__array_priority__", "__hash__") or name.startswith("_matrix"):
            continue
        attribute = inspect.getattr_static(heddle.Tensor, name)
        if type(attribute).__name__ == "operator_method" and name.startswith("__"):
            unary = name in ("__neg__", "__abs__", "__invert__")
            result_lines = [f"    def {name}(self{'' if unary else ', other: Any'}) -> Tensor: ..."]
        elif type(attribute).__name__ == "operator_method":
            result_lines = definition(name, "aten::" + attribute.__name__, True, True, "    ")
        elif name in ("__getitem__", "__setitem__"):
            more = ", value: Any) -> None" if name == "__setitem__" else ") -> Tensor"
            result_lines = [f"    def {name}(self, key: Any{more}: ..."]
        elif inspect.isfunction(attribute):
            result_lines = python_method(name, attribute)
        elif name in ("data_ptr",):
            result_lines = [f"    def {name}(self) -> _int: ..."]
        else:
            kind = {"shape": "Size", "dtype": "_dtype", "device": "_device", "ndim": "_int", "requires_grad": "_bool"}
            result_lines = [f"    {name}: {kind.get(name, 'Any')}"]
        lines += list(dict.fromkeys(result_lines)) if len(result_lines) == 1 else result_lines
    return lines


def package_stub():
    lines = [HEAD, "_Number = _int | _float | _bool | _complex", ""]
    operators, others, modules, classes = [], [], [], []
    functional = set(heddle.functional.__all__)
    for name in dir(heddle):
        value = getattr(heddle, name)
        if name.startswith("_") and name != "__version__" or name == "Tensor":
            continue
        if type(value).__name__ == "operator_function":
            operators += definition(name, "aten::" + name, False, True)
        elif inspect.ismodule(value):
            modules.append(f"from . import {name} as {name}")
        elif name in functional:
            modules.append(f"from .functional import {name} as {name}")
        elif type(value) in (heddle.dtype, heddle.layout, heddle.memory_format):
            others.append(f"{name}: {type(value).__name__}")
        elif name in ("Size", "ops", "classes"):
            modules.append(f"from .{'_size' if name == 'Size' else '_ops'} import {name} as {name}")
        elif inspect.isclass(value) and value.__module__ == "heddle":
            classes += [f"class {name}:", "    def __init__(self, *args: Any) -> None: ...",
                        "    def __getattr__(self, name: str) -> Any: ..."]
        elif getattr(value, "__module__", "").startswith("heddle.") and hasattr(heddle, value.__module__.split(".")[1]):
            modules.append(f"from .{value.__module__.split('.')[1]} import {name} as {name}")
        elif callable(value):
            others.append(f"def {name}(*args: Any, **kwargs: Any) -> Any: ...")
        else:
            others.append(f"{name}: {'Any' if type(value).__name__[0] == '_' else '_' * (name != '__version__') + type(value).__name__}")
    aliases = [f"_{name} = {name}" for name in ("dtype", "device", "layout", "memory_format")]
    return "\n".join(lines + modules + ["", *classes, "", *aliases, "", *others, "", *tensor_class(), "", *operators, ""])


def submodule_stub(module, prefix):
    lines = [HEAD, "from . import Generator, Tensor, device, dtype, layout, memory_format",
             "_Number = int | float | bool | complex", ""]
    for name in module.__all__:
        lines += definition(name, f"aten::{prefix}{name}", False, False)
    return "\n".join(lines + ["__all__: list[str]", ""])


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "__init__.pyi").write_text(package_stub())
    (folder / "_C.pyi").write_text("from typing import Any\n\ndef __getattr__(name: str) -> Any: ...\n")
    for name in ("linalg", "fft", "special"):
        (folder / f"{name}.pyi").write_text(submodule_stub(getattr(heddle, name), name + "_"))


main()
