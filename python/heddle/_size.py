from . import _C


class Size(tuple):
    """The sizes of a tensor's dimensions: a tuple of integers."""
    __slots__ = ()

    def numel(self):
        """The product of the sizes."""
        count = 1
        for size in self:
            count *= size
        return count

    def __repr__(self):
        return f"torch.Size({list(self)})"

    def __getitem__(self, index):
        part = tuple.__getitem__(self, index)
        return Size(part) if isinstance(index, slice) else part

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __reduce__(self):
        return Size, (tuple(self),)


Size.__module__ = "heddle"
_C.set_size_type(Size)
