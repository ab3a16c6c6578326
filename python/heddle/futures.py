"""Values that will be there later."""
import asyncio

from . import _C

__all__ = ["Future", "collect_all", "wait_all"]


class Future(_C.Future):
    """The result of forward_async or heddle.jit.fork, or a promise that set_result() or set_exception() keeps.

    wait() blocks without the interpreter's lock; `await future` does not block, in any event loop of asyncio.
    """

    def value(self):
        """The value, once done() is True."""
        if not self.done():
            raise RuntimeError("The Future is not completed: wait() for it")
        return self._value()

    def result(self, timeout=None):
        """The value, as concurrent.futures has it: TimeoutError when it is not there in time."""
        if timeout is not None and not self._wait_for(timeout):
            raise TimeoutError()
        return self.wait()

    def __await__(self):
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()

        def finish():
            if waiter.cancelled():
                return
            try:
                waiter.set_result(self._value())
            except StopIteration as failure:
                waiter.set_exception(RuntimeError(f"the task raised {failure!r}"))
            except Exception as failure:
                waiter.set_exception(failure)

        def wake(_):
            try:
                loop.call_soon_threadsafe(finish)
            except RuntimeError:
                pass  # the loop was closed: nobody waits any more

        self.add_done_callback(wake)
        return waiter.__await__()


def collect_all(futures):
    """A Future of the list of these futures, done when all of them are."""
    futures = list(futures)
    all_done = Future()
    if not futures:
        all_done.set_result(futures)
    left = len(futures)
    import threading
    lock = threading.Lock()

    def count(_):
        nonlocal left
        with lock:
            left -= 1
            last = left == 0
        if last:
            all_done.set_result(futures)

    for future in futures:
        future.add_done_callback(count)
    return all_done


def wait_all(futures):
    """The values of all, once they are there; raises the first error."""
    return [future.wait() for future in collect_all(futures).wait()]
