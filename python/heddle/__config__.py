"""What this Heddle was built of, and its thread settings."""
from . import _C
from ._version import version


def parallel_info():
    """The thread settings, where each comes from, and the libraries below, as a text."""
    return _C.parallel_info()


def show():
    """The version and the libraries, as a text."""
    text = _C.parallel_info()
    libraries = text[text.index("Libraries:"):text.index("Machine:")]
    return f"Heddle {version}\n{libraries}"
