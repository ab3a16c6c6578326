"""The stream of random numbers that operators draw from."""
import os

from . import _C


def manual_seed(seed):
    """Starts the process's stream again from a seed."""
    _C.manual_seed(int(seed))
    return default_generator


def initial_seed():
    """The seed the process's stream was started from."""
    return _C.initial_seed()


def seed():
    """Starts the stream from a seed of chance, and tells which."""
    number = int.from_bytes(os.urandom(8), "little") >> 1
    _C.manual_seed(number)
    return number


class _DefaultGenerator:
    """The process's stream."""
    device = _C.device("cpu")

    def manual_seed(self, seed):
        return manual_seed(seed)

    def initial_seed(self):
        return initial_seed()

    def seed(self):
        return seed()


default_generator = _DefaultGenerator()
