"""Split one array's work over the cores: threads, since the kernels let go of the interpreter's lock.

Numba's own parallel loops are left out on purpose: their workqueue ends the process when two threads of a web server
meet in it, and their OpenMP layer forbids to fork.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count, environ
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def in_parts(work: Callable[[int, int], T], n: int, *, threads_from: int) -> list[T]:
    """Run ``work(start, stop)`` over ``range(n)`` cut into one part a core.

    Parameters
    ----------
    work
        Called with the bounds of a part; it must let go of the interpreter's lock to gain anything.
    n
        The items; one part a core, or as many as the environment's ``XUNDIAN_THREADS`` says.
    threads_from
        Fewer items than this stay in one part: a thread costs about 0.1 ms.

    Returns
    -------
    list
        What ``work`` gave, in the order of the parts.
    """
    parts = int(environ.get("XUNDIAN_THREADS") or cpu_count() or 1) if n >= threads_from else 1
    if parts == 1:
        return [work(0, n)]
    cuts = np.linspace(0, n, parts + 1).astype(int).tolist()
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(work, cuts[:-1], cuts[1:]))
