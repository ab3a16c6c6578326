"""Runs a program of an archive under one library, twice, with a person's writes into its results in between, and tells what was seen."""

from compare import Observer
from program import arguments

CALLS = 2


def tensors_in(value):
    if hasattr(value, "storage_offset"):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


def write(value):
    for tensor in tensors_in(value):
        try:
            tensor.add_(1)
        except Exception:  # bool, or elements that share memory: both libraries refuse
            pass


def run(library, root, index, program):
    """A list of observations: results, arguments and attributes after each call; the text of the last error."""
    observer = Observer()
    given = arguments(program, library)
    seen, message = [], ""
    method, state = getattr(root, f"run_{index}"), getattr(root, f"state_{index}")
    for call in range(CALLS):
        try:
            result = method(*given)
            seen.append(("result", observer.see(result)))
        except (RuntimeError, ValueError, IndexError, KeyError, AssertionError, ZeroDivisionError, TypeError, NotImplementedError) as error:
            result, message = None, f"{type(error).__name__}: {error}"
            seen.append(("raises",))
        seen.append(("arguments", observer.see(given)))
        seen.append(("attributes", observer.see(state())))
        if call == 0:
            write(result)
    return seen, message
