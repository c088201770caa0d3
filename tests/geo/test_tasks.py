"""The same result from every runner, and nothing lost when a worker dies."""

import os
import signal
from pathlib import Path

import distributed
import numpy as np
import pytest

from geo.errors import InputError, StateError
from geo.tasks import run_tasks


def draw(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=1000).cumsum()


def die_once(item: tuple[str, int]) -> int:
    """Kill the own process the first time item 3 runs."""
    folder, number = item
    mark = Path(folder) / "died"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    return number * number


def die(number: int) -> int:
    if number == 1:
        os._exit(9)
    return number


def refuse(number: int) -> int:
    raise InputError("{number} is refused", number=number)


def test_a_loop_and_a_pool_give_the_same_bits() -> None:
    loop = run_tasks(draw, range(5), workers=1)
    pool = run_tasks(draw, range(5), workers=2)
    assert all((a == b).all() for a, b in zip(loop, pool, strict=True))


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    told = []
    items = [(str(tmp_path), i) for i in range(6)]
    found = run_tasks(die_once, items, workers=2, progress=lambda _, done, total: told.append((done, total)))
    assert (tmp_path / "died").exists()
    assert found == [i * i for i in range(6)]
    assert told[-1] == (6, 6)


def test_a_task_that_kills_every_worker_is_named() -> None:
    with pytest.raises(StateError, match="task 2"):
        run_tasks(die, range(4), workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_refuses_comes_through(workers: int) -> None:
    with pytest.raises(InputError, match="is refused"):
        run_tasks(refuse, range(3), workers=workers)


def test_no_items_give_no_results() -> None:
    assert run_tasks(draw, [], workers=2) == []


def test_a_cluster_gives_the_same_bits_and_survives_a_killed_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        monkeypatch.setenv("XUNDIAN_SCHEDULER", cluster.scheduler_address)
        found = run_tasks(draw, range(5))
        died = run_tasks(die_once, [(str(tmp_path), i) for i in range(6)])
    loop = run_tasks(draw, range(5), workers=1, scheduler="")
    assert all((a == b).all() for a, b in zip(loop, found, strict=True))
    assert died == [i * i for i in range(6)]
