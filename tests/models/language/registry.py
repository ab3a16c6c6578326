"""How a module of this package says what it is called with."""

from dataclasses import dataclass, field
from typing import Callable, List, Optional


@dataclass
class Call:
    """One call of an archive: a method with arguments; what it must print or warn of, or the words of the error and the exit code it must end in.
    `optimized` asks PyTorch's executor with its optimisations on, where they change the answer."""
    args: tuple
    method: str = "forward"
    error: Optional[str] = None
    exit: int = 4
    prints: Optional[str] = None
    warns: Optional[str] = None
    optimized: bool = False


@dataclass
class Example:
    """An archive to write: `make` gives the ScriptModule, `save` keyword arguments go to torch.jit.save. `rewrite`, where there is one,
    changes the file that PyTorch wrote: it is given a record's name (without the archive's) and bytes, and gives the bytes to store. `disguise` does so once
    PyTorch has answered, for what it cannot run here."""
    name: str
    make: Callable
    calls: List[Call]
    save: dict = field(default_factory=dict)
    rewrite: Optional[Callable] = None
    disguise: Optional[Callable] = None


EXAMPLES: List[Example] = []


def call(*args, **options):
    return Call(args, **options)


def example(*calls, make=None, name=None, rewrite=None, disguise=None, **save):
    """Decorates a module class: its instance is scripted and called with each of `calls` (a tuple is the arguments of forward)."""
    def register(cls):
        import torch
        every = [c if isinstance(c, Call) else Call(c) for c in calls]
        EXAMPLES.append(Example(name or cls.__name__, make or (lambda: torch.jit.script(cls().eval())), every, save, rewrite, disguise))
        return cls
    return register
