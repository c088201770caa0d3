"""Independent tasks on a loop, a process pool or a Dask cluster: one interface, the same result to the bit.

A task is a pure function of its item; whatever is random in it comes from a seed in the item. So it does not matter
where, in which order or how often it runs, and a task whose worker dies is simply run again.
"""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from typing import Any, TypeVar

from geo.errors import StateError
from geo.progress import Progress, silent

Item = TypeVar("Item")
Result = TypeVar("Result")

SCHEDULER = "XUNDIAN_SCHEDULER"
"""Environment variable with the address of a Dask scheduler, such as ``tcp://10.0.0.5:8786``."""

_ATTEMPTS = 3  # of a task whose worker died; then the task itself is to blame


def run_tasks(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    stage: str = "tasks",
    progress: Progress = silent,
) -> list[Result]:
    """Run ``work`` on every item.

    Parameters
    ----------
    work
        A function at the top of a module, pure, so that other processes can find it and run it again.
    items
        What it is given, one at a time; they and the results must pickle.
    workers
        Processes of the pool; 1 runs a plain loop here. By default one a core. A cluster has its own.
    scheduler
        Address of a Dask scheduler; by default the environment's ``XUNDIAN_SCHEDULER``. Empty for none.
    stage
        What the progress is told.
    progress
        Told after every task.

    Returns
    -------
    list
        The results in the order of the items.

    Raises
    ------
    StateError
        When the workers of one task died three times, or the scheduler is set and ``distributed`` isn't installed.
    """
    address = os.environ.get(SCHEDULER, "") if scheduler is None else scheduler
    count = workers if workers is not None else os.cpu_count() or 1
    progress(stage, 0, len(items))
    if address:
        return _on_cluster(work, items, address, lambda done: progress(stage, done, len(items)))
    if count <= 1 or len(items) <= 1:
        results = []
        for item in items:
            results.append(work(item))
            progress(stage, len(results), len(items))
        return results
    return _in_pool(work, items, min(count, len(items)), lambda done: progress(stage, done, len(items)))


def _in_pool(
    work: Callable[[Item], Result], items: Sequence[Item], count: int, told: Callable[[int], None]
) -> list[Result]:
    """Run on processes; when one dies the pool breaks, and what it had not finished goes to a new one."""
    results: dict[int, Result] = {}
    attempts = dict.fromkeys(range(len(items)), 0)
    while len(results) < len(items):
        waiting = [i for i in attempts if i not in results]
        # Who was running at a death runs alone next, so that another death has one cause and counts against it.
        batch = waiting[:1] if attempts[waiting[0]] else waiting
        try:
            # A fresh interpreter each: forking a process that has threads may stop it for ever.
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(min(count, len(batch)), mp_context=context, initializer=_quiet) as pool:
                running: dict[Future[Result], int] = {pool.submit(work, items[i]): i for i in batch}
                _collect(running, results, told)
        except BrokenProcessPool:
            for i in [i for i in batch if i not in results][:count]:  # tasks begin in order: no other was running
                attempts[i] += 1
                if attempts[i] >= _ATTEMPTS:
                    raise _dead(i) from None
    return [results[i] for i in range(len(items))]


def _collect(running: dict[Future[Result], int], results: dict[int, Result], told: Callable[[int], None]) -> None:
    try:
        for future in as_completed(running):
            results[running[future]] = future.result()
            told(len(results))
    except BrokenProcessPool:
        for future, i in running.items():  # some had finished before the pool broke
            if future.done() and not future.cancelled() and future.exception() is None:
                results[i] = future.result()
        raise
    except BaseException:
        for future in running:
            future.cancel()
        raise


def _quiet() -> None:
    """Leave each worker one thread: the processes share the cores already."""
    os.environ["XUNDIAN_THREADS"] = "1"


def _dead(i: int) -> StateError:
    return StateError(
        "task {number} lost its worker {attempts} times: give it more memory, or fewer workers",
        field="workers",
        number=i + 1,
        attempts=_ATTEMPTS,
    )


def _on_cluster(
    work: Callable[[Item], Result], items: Sequence[Item], address: str, told: Callable[[int], None]
) -> list[Result]:
    try:
        distributed: Any = import_module("distributed")  # only where a cluster is used
    except ImportError as missing:
        raise StateError(
            "{variable} is {value}, but distributed is not installed: pip install 'xundian[cluster]'",
            field="scheduler",
            variable=SCHEDULER,
            value=address,
        ) from missing
    results: dict[int, Any] = {}
    with distributed.Client(address, set_as_default=False) as client, client.as_current():
        futures = client.map(work, items, pure=False, retries=0)
        places = {future.key: i for i, future in enumerate(futures)}
        for future in distributed.as_completed(futures):
            try:
                results[places[future.key]] = future.result()
            except distributed.KilledWorker:
                client.cancel(futures)
                raise _dead(places[future.key]) from None
            told(len(results))
    return [results[i] for i in range(len(items))]
