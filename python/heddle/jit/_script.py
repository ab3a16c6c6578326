"""heddle.jit.script: Python functions and classes compiled from their source."""
import ast
import functools
import inspect
import textwrap
import types

from .. import _C

_CONSTANTS = (int, float, bool, str, complex, type(None))
# What the language calls by names of its own, whatever a program calls it.
_KNOWN_MODULES = {"heddle": "torch", "heddle.nn": "torch.nn", "heddle.nn.functional": "torch.nn.functional",
                  "heddle.jit": "torch.jit", "heddle.linalg": "torch.linalg", "heddle.fft": "torch.fft",
                  "heddle.special": "torch.special", "math": "math", "typing": "typing", "torch": "torch",
                  "torch.nn": "torch.nn", "torch.nn.functional": "torch.nn.functional", "torch.jit": "torch.jit"}


class ScriptFunction:
    """A function compiled from source: called as the Python function was."""

    def __init__(self, method, original=None):
        self._method = method
        if original is not None:
            functools.update_wrapper(self, original)
        self.__name__ = method.name

    def __call__(self, *args, **kwargs):
        return self._method(*args, **kwargs)

    def run_async(self, *args, **kwargs):
        """Runs it on the inter-op pool and returns a Future at once."""
        return self._method.run_async(*args, **kwargs)

    @property
    def name(self):
        """The function's name."""
        return self._method.name

    @property
    def schema(self):
        """The signature, as text."""
        return self._method.schema

    @property
    def code(self):
        """The source that was compiled."""
        return self._method.code

    @property
    def graph(self):
        """The graph, as text."""
        return self._method._graph(False)

    @property
    def inlined_graph(self):
        """The graph as the optimiser leaves it, as text."""
        return self._method._graph(True)

    def __repr__(self):
        return f"<heddle.jit.ScriptFunction {self.schema}>"


def _module_path(value):
    return _KNOWN_MODULES.get(value.__name__) if isinstance(value, types.ModuleType) else None


class _Collector(ast.NodeTransformer):
    """Gathers what a definition needs of its surroundings, under the names the language knows."""

    def __init__(self, names):
        self.names = names      # what the definition's free names mean
        self.needed = {}        # name -> function or class to compile too
        self.local = set()

    def visit_FunctionDef(self, node):
        node.decorator_list = []
        parameters = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        self.local |= {parameter.arg for parameter in parameters}
        self.local |= {part.id for part in ast.walk(node) if isinstance(part, ast.Name)
                       and isinstance(part.ctx, ast.Store)}
        for parameter in parameters:
            parameter.annotation = self._annotation(parameter.annotation)
        node.returns = self._annotation(node.returns)
        node.args.defaults = [self.visit(value) for value in node.args.defaults]
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_AnnAssign(self, node):
        node.annotation = self._annotation(node.annotation)
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def _annotation(self, node):
        if node is None:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        local, self.local = self.local, set()
        node = self.visit(node)
        self.local = local
        return node

    def visit_Call(self, node):
        # annotate(List[int], x) and isinstance(x, List[int]) hold types.
        self.generic_visit(node)
        return node

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load) or node.id in self.local or node.id not in self.names:
            return node
        return self._meaning(node.id, self.names[node.id], node)

    def _meaning(self, name, value, node):
        path = _module_path(value)
        if path is not None:
            return ast.copy_location(ast.parse(path, mode="eval").body, node)
        if value is _tensor_class():
            return ast.copy_location(ast.Name("Tensor", ast.Load()), node)
        if isinstance(value, _CONSTANTS):
            return ast.copy_location(ast.Constant(value), node)
        if isinstance(value, ScriptFunction):
            value = value.__wrapped__
        if isinstance(value, _C.dtype):
            return ast.copy_location(ast.parse("torch." + repr(value).split(".")[-1], mode="eval").body, node)
        if isinstance(value, types.FunctionType):
            owner = _KNOWN_MODULES.get(value.__module__ or "")
            if (value.__module__ or "").startswith("heddle."):
                owner = {"heddle.jit._tasks": "torch.jit"}.get(
                    value.__module__, "torch.nn.functional" if ".nn." in value.__module__ else "torch")
            if owner is not None:
                return ast.copy_location(ast.parse(f"{owner}.{value.__name__}", mode="eval").body, node)
            self.needed[name] = value
        elif isinstance(value, types.BuiltinFunctionType) and (value.__module__ or "").startswith("heddle"):
            owner = _KNOWN_MODULES.get(value.__module__, "torch")
            return ast.copy_location(ast.parse(f"{owner}.{value.__name__}", mode="eval").body, node)
        elif isinstance(value, type) and value.__module__ not in ("builtins", "typing"):
            self.needed[name] = value
        return node


def _tensor_class():
    from .._tensor import Tensor
    return Tensor


def _surroundings(function):
    """The names a function sees: its module's, and those its closure captured."""
    found = dict(function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            pass
    return found


def _definition(thing):
    try:
        text = textwrap.dedent(inspect.getsource(thing))
    except (OSError, TypeError) as failure:
        raise RuntimeError(f"Can't get source for {thing!r}. TorchScript requires source access in order to carry out "
                           "compilation: write the function into a file, or use heddle.jit.CompilationUnit") from failure
    tree = ast.parse(text, type_comments=True).body[0]
    if not isinstance(tree, (ast.FunctionDef, ast.ClassDef)):
        raise RuntimeError(f"heddle.jit.script expects a function or a class, and the source of {thing!r} is none")
    if isinstance(thing, type):
        methods = [value for value in vars(thing).values() if isinstance(value, types.FunctionType)]
        names = _surroundings(methods[0]) if methods else vars(inspect.getmodule(thing))
        tree.decorator_list = []
    else:
        names = _surroundings(thing)
    return tree, names


def _collect(name, thing, definitions):
    if name in definitions:
        return
    tree, names = _definition(thing)
    tree.name = name
    definitions[name] = None  # calls itself
    collector = _Collector(names)
    if isinstance(tree, ast.ClassDef):
        body = []
        for statement in tree.body:
            collector.local = set()
            body.append(collector.visit(statement))
        tree.body = body
    else:
        tree = collector.visit(tree)
    for other, value in collector.needed.items():
        _collect(other, value, definitions)
    definitions[name] = ast.unparse(ast.fix_missing_locations(tree))


def script(obj, optimize=None, _frames_up=0, _rcb=None, example_inputs=None):
    """Compiles a Python function from its source, with the functions and classes it calls.

    Constants it uses are taken as they are now. Modules come from archives, not from here.
    """
    if isinstance(obj, (ScriptFunction, _C.ScriptModule, _C.ScriptMethod)):
        return obj
    if isinstance(obj, type):
        return obj  # compiled with the functions that use it
    if not isinstance(obj, types.FunctionType):
        raise RuntimeError(f"heddle.jit.script compiles functions; {type(obj).__name__} objects come from archives: "
                           "heddle.jit.load")
    definitions = {}
    _collect(obj.__name__, obj, definitions)
    unit = _C.CompilationUnit("\n\n".join(definitions.values()) + "\n")
    return ScriptFunction(unit.find_function(obj.__name__), obj)


def script_if_tracing(fn):
    """The function: nothing is traced here."""
    return fn


def export(fn):
    """The function."""
    return fn


def ignore(drop=False, **options):
    """The function."""
    return drop if callable(drop) else lambda fn: fn


def unused(fn):
    """The function."""
    return fn


def interface(obj):
    """The class."""
    return obj
