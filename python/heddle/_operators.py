"""Makes the functions and methods of the operator table."""
import keyword

from . import _C


def fill_functions(names, module, namespace, prefix):
    """Sets names[x] for every operator namespace::prefix+x that Python can call and that has no x yet."""
    made = []
    for name in _C.operator_names(namespace):
        short = name[len(prefix):]
        if not name.startswith(prefix) or not short.isidentifier() or keyword.iskeyword(short) or short in names:
            continue
        function = _C.make_function(f"{namespace}::{name}", module, short)
        if function is not None:
            names[short] = function
            made.append(short)
    return made


def fill_methods(tensor_class):
    """Gives the class a method for every operator with a `self` that it has no attribute for."""
    for name in _C.operator_names("aten"):
        if not hasattr(tensor_class, name) and not keyword.iskeyword(name):
            method = _C.make_method(f"aten::{name}")
            if method is not None:
                setattr(tensor_class, name, method)
