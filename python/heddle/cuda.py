"""What code asks before it uses a GPU: there is none here."""


def is_available():
    """False."""
    return False


def device_count():
    """0."""
    return 0


def is_initialized():
    """False."""
    return False


def synchronize(device=None):
    """RuntimeError: there is nothing but the CPU."""
    raise RuntimeError("Heddle computes on the CPU alone")


def empty_cache():
    """Does nothing."""


def manual_seed(seed):
    """Does nothing."""


def manual_seed_all(seed):
    """Does nothing."""
