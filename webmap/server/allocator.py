"""How much memory a server keeps that nothing uses: glibc's allocator, told to give large blocks back at once.

By itself it makes a heap for each of many threads, and learns from large blocks not to return them: after some large
pages a server held 569 MB, and 500 MB with these settings (one run of each, the settings given by the environment), at
the same processor seconds. Other systems have no ``mallopt``, and are left as they are.
"""

import ctypes
from contextlib import suppress

# /usr/include/malloc.h: the parameters of mallopt(3)
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
LARGE_BYTES = 128 * 1024
HEAPS = 2


def keep_little() -> bool:
    """Ask the allocator of this process to keep little; return whether there is one that can be asked."""
    with suppress(OSError, AttributeError, TypeError):  # another libc, or Windows
        mallopt = ctypes.CDLL(None).mallopt
        asked = ((_ARENA_MAX, HEAPS), (_MMAP_THRESHOLD, LARGE_BYTES), (_TRIM_THRESHOLD, LARGE_BYTES))
        return all(mallopt(parameter, value) for parameter, value in asked)
    return False
