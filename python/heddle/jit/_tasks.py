"""fork and wait, outside of scripts too."""
from .. import _C
from ..futures import Future


def fork(func, *args, **kwargs):
    """Runs func(*args, **kwargs) on the inter-op pool and returns a Future of its result at once.

    func: a scripted function, a method or module of a model, or any Python function.
    """
    from ._script import ScriptFunction
    if isinstance(func, _C.ScriptModule):
        return func.forward_async(*args, **kwargs)
    if isinstance(func, ScriptFunction):
        return func.run_async(*args, **kwargs)
    if isinstance(func, _C.ScriptMethod):
        return func.run_async(*args, **kwargs)
    return _C.launch(lambda: func(*args, **kwargs))


def wait(future):
    """The Future's value, once it is there; raises the task's error if it failed."""
    if not isinstance(future, _C.Future):
        raise TypeError(f"wait() expects a Future, not {type(future).__name__}")
    return future.wait()


_fork, _wait = fork, wait
