"""Who ran what on which thread, when; and counters for those who serve models."""
import os

from . import _C


class Trace:
    """Records what Heddle does on all threads of the process, inside a `with` or from start() to stop().

    >>> with heddle.trace() as t:  # a heddle.Trace
    ...     model(x)
    >>> t.save("trace.json")   # for ui.perfetto.dev or chrome://tracing
    >>> print(t.summary())

    One trace records at a time. Each thread keeps up to `bytes_per_thread`; what finds no room is counted in `dropped`.
    """

    def __init__(self, bytes_per_thread=32 << 20):
        self._bytes = bytes_per_thread
        self._trace = None

    def start(self):
        if self._trace is not None and self._trace.recording:
            raise RuntimeError("this trace is being recorded already")
        self._trace = _C.Trace(self._bytes)
        return self

    def stop(self):
        if self._trace is not None:
            self._trace.stop()

    def __enter__(self):
        return self.start()

    def __exit__(self, *failure):
        self.stop()

    def _recorded(self):
        if self._trace is None:
            raise RuntimeError("nothing has been recorded: use `with heddle.trace() as t:`, or start()")
        return self._trace

    def save(self, path):
        """Writes Chrome's trace-event format, with arrows from fork to start and from end to wait."""
        self._recorded().save(os.fspath(path))

    def to_json(self):
        """The same as a text."""
        return self._recorded().to_json()

    def summary(self):
        """Time by operator, line and module, the critical path, and how many threads the model can use, as a text."""
        return self._recorded().summary()

    @property
    def dropped(self):
        """How many events found no room."""
        return self._recorded().dropped()


_trace_of_matrix = _C.make_function("aten::trace", "heddle", "trace")


def trace(*arguments, bytes_per_thread=32 << 20, **keywords):
    """Without a tensor a Trace, to record what Heddle does; of a matrix the sum of its diagonal, as torch.trace.

    >>> with heddle.trace() as t:
    ...     model(x)
    """
    if arguments or keywords:
        return _trace_of_matrix(*arguments, **keywords)
    return Trace(bytes_per_thread)


def metrics():
    """Counters, histograms and gauges of the process since its start, as a dict. Durations are in seconds."""
    return _C.metrics()


def metrics_text():
    """The same as a text for Prometheus, format version 0.0.4."""
    return _C.metrics_text()
