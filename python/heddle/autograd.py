"""The contexts that inference code is written with. Nothing is ever differentiated here, so they set a flag alone."""
import functools
import threading

_state = threading.local()


def is_grad_enabled():
    """What the innermost context says; True outside of all."""
    return getattr(_state, "grad", True)


def is_inference_mode_enabled():
    """Whether the innermost inference_mode is on."""
    return getattr(_state, "inference", False)


class _Context:
    """A flag for a `with` block, or for the calls of a decorated function."""
    _flag = "grad"

    def __init__(self, value):
        self.value = value
        self._before = []

    def __enter__(self):
        self._before.append((is_grad_enabled(), is_inference_mode_enabled()))
        self._set()

    def _set(self):
        _state.grad = self.value

    def __exit__(self, *exception):
        _state.grad, _state.inference = self._before.pop()

    def __call__(self, function):
        @functools.wraps(function)
        def wrapped(*args, **kwargs):
            with self._again():
                return function(*args, **kwargs)
        return wrapped

    def _again(self):
        return type(self)()


class no_grad(_Context):
    """A context, or a decorator, in which is_grad_enabled() is False."""

    def __init__(self):
        super().__init__(False)

    def __new__(cls, function=None):
        return cls()(function) if function is not None else super().__new__(cls)


class enable_grad(_Context):
    """A context, or a decorator, in which is_grad_enabled() is True."""

    def __init__(self):
        super().__init__(True)


class set_grad_enabled(_Context):
    """Sets is_grad_enabled(), at once and until the `with` block around it ends."""

    def __init__(self, mode):
        super().__init__(bool(mode))
        self._outside = (is_grad_enabled(), is_inference_mode_enabled())
        self._set()

    def __enter__(self):
        self._before.append(self._outside)
        self._set()

    def _again(self):
        return type(self)(self.value)


class inference_mode(_Context):
    """A context, or a decorator, in which is_inference_mode_enabled() is True and is_grad_enabled() False."""

    def __init__(self, mode=True):
        super().__init__(not mode)
        self.mode = mode

    def __new__(cls, mode=True):
        return cls()(mode) if callable(mode) else super().__new__(cls)

    def _set(self):
        _state.grad, _state.inference = not self.mode, self.mode

    def _again(self):
        return type(self)(self.mode)
