"""TorchScript: loading archives, compiling source, tasks."""
import builtins
import os
import typing

from .. import _C
from .._C import CancelledError, CompilationUnit, JitError as Error, LimitError, PolicyError, ScriptMethod
from ..futures import Future
from ._modules import RecursiveScriptModule, ScriptModule, ScriptObject
from ._script import ScriptFunction, script, script_if_tracing, export, ignore, interface, unused
from ._tasks import _fork, _wait, fork, wait

Final = typing.Final

is_scripting = lambda: False
is_tracing = lambda: False


def load(f, map_location=None, _extra_files=None, _restore_shapes=False, *, strict=False,
         optimize=True, without_passes=(), policy=None, setstate="pure", limits=None):
    """A module saved with torch.jit.save, on the CPU wherever it was saved.

    f: a path, a file open for reading, or bytes. _extra_files: a dict whose keys name files under extra/; their bytes
    are put in. strict: refuse a model that names an operator Heddle lacks, even where it might never be reached.
    optimize: run the optimising passes. without_passes: names of those to leave out; a wrong name's error lists them.

    For models of others (docs/security.md): policy, the operators the model may name, "conservative" or a text of rules;
    setstate, whether __setstate__ of its classes may run: "pure", "refuse" or "run"; limits, a dict of what the load may
    take, such as {"archive_bytes": 2 << 30}. Raises PolicyError and LimitError.
    """
    if policy == "conservative":
        policy = "include conservative"
    options = (_extra_files, map_location is not None, strict, optimize, list(without_passes), policy, setstate,
               limits or {})
    if builtins.isinstance(f, (str, os.PathLike)):
        path = os.fspath(f)
        if not os.path.exists(path):
            raise ValueError(f"The provided filename {path} does not exist")
        if os.path.isdir(path):
            raise ValueError(f"The provided filename {path} is a directory")
        return _C.jit_load(path, *options)
    data = bytes(f) if builtins.isinstance(f, (bytes, bytearray, memoryview)) else f.read()
    return _C.jit_load(data, *options)


def call(f, args=(), kwargs=None, *, timeout=None, memory_limit=0, recursion_limit=10_000, fork_limit=100_000):
    """f(*args, **kwargs) of a module, a method or a function, within limits.

    timeout: seconds, after which it raises CancelledError. Beyond the others it raises LimitError: memory_limit, bytes of
    tensors that the call and its tasks hold at once (0: any); recursion_limit, calls inside each other; fork_limit,
    tasks that have not ended.
    """
    method = f._get("forward") if builtins.isinstance(f, ScriptModule) else getattr(f, "_method", f)
    return _C.jit_call(method, tuple(args), dict(kwargs or {}), timeout, memory_limit, recursion_limit, fork_limit)


def save(m, f, _extra_files=None):
    """Writes a loaded module as an archive, which PyTorch loads too: its code as it was, its attributes as they are.

    f: a path, or a file open for writing. _extra_files: str or bytes by the names they get under extra/. RuntimeError
    where the module holds what archives do not, packed weights of quantised layers among them.
    """
    extra = {name: text.encode() if builtins.isinstance(text, str) else bytes(text)
             for name, text in (_extra_files or {}).items()}
    if builtins.isinstance(f, (str, os.PathLike)):
        m._save(os.fspath(f), extra)
    else:
        f.write(m._save_to_bytes(extra))


def freeze(mod, preserved_attrs=None, optimize_numerics=True):
    """A copy of a module over the same tensors that takes all its methods do not change for constant."""
    if not builtins.isinstance(mod, ScriptModule):
        raise RuntimeError("Freezing expects a ScriptModule as input. Please use heddle.jit.load to make one")
    if mod.training:
        raise RuntimeError("Freezing is currently only implemented for modules in eval mode. Please call .eval() on "
                           "your module before freezing.")
    return mod._freeze()


def optimize_for_inference(mod, other_methods=None):
    """The same as freeze."""
    return mod._freeze()


def trace(func, example_inputs=None, **options):
    """NotImplementedError: Heddle runs what PyTorch traced."""
    raise NotImplementedError("Heddle does not trace: trace the model with PyTorch and save it")


def isinstance(obj, target_type):
    """Python's isinstance, which scripts give types of typing too."""
    origin = typing.get_origin(target_type)
    return builtins.isinstance(obj, origin or target_type)


def annotate(the_type, the_value):
    """The value: outside of scripts types are not needed."""
    return the_value


def set_fusion_strategy(strategy):
    """Accepted: nothing here depends on it."""
    return strategy


class optimized_execution:
    """Accepted as a context: models are always optimised."""

    def __init__(self, should_optimize):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


def enable_onednn_fusion(enabled):
    """Accepted: nothing here depends on it."""


def onednn_fusion_enabled():
    """False."""
    return False
