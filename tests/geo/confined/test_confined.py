"""A child's answer, its errors, and its ends: too large, too long, broken by its file, not wanted any more."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from geo.confined import Limits, confined, machine_mb
from geo.errors import DatumError, InputError
from tests.geo.confined import work

ROOMY = Limits(memory_mb=1024, cpu_s=60, wall_s=120.0)


class Unwanted(Exception):  # noqa: N818 - what a cancelled job raises
    """Somebody cancelled."""


def test_a_child_answers_and_tells_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    found = confined(partial(work.add, 2, 3), file="a", limits=ROOMY, progress=lambda *one: told.append(one))
    assert found == 5
    assert told == [("adding", 0, 2), ("adding", 2, 2)]
    assert confined(work.pid, file="a", limits=ROOMY) != os.getpid()


def test_our_errors_come_back_as_they_are() -> None:
    with pytest.raises(DatumError, match="datum is 'mars'") as caught:
        confined(work.refuse, file="a", limits=ROOMY)
    assert caught.value.values == {"field": "datum", "value": "mars"}


def test_a_fault_of_the_program_keeps_its_trace() -> None:
    with pytest.raises(ZeroDivisionError, match="a bug") as caught:
        confined(work.stumble, file="a", limits=ROOMY)
    assert "in stumble" in "".join(caught.value.__notes__)
    with pytest.raises(RuntimeError, match="Stubborn: 1 and 2"):
        confined(work.stumble_badly, file="a", limits=ROOMY)


@pytest.mark.parametrize("task", [work.swell, work.swell_slowly, work.bring_much])
def test_memory_is_limited(task: object) -> None:
    with pytest.raises(InputError, match=r"roster\.xlsx needs more than 512 MB of memory"):
        confined(task, file="roster.xlsx", limits=Limits(512, 60, 120.0))


def test_processor_time_is_limited() -> None:
    with pytest.raises(InputError, match=r"roster\.xlsx takes more than 1 s"):
        confined(work.spin, file="roster.xlsx", limits=Limits(512, 1, 1000.0))


def test_the_clock_is_limited() -> None:
    with pytest.raises(InputError, match=r"roster\.xlsx takes more than 4 s"):
        confined(work.sleep, file="roster.xlsx", limits=Limits(512, 60, 4.0))


@pytest.mark.parametrize(("task", "reason"), [(work.abort, "SIGABRT|exit code 3"), (work.leave, "exit code 7")])
def test_a_file_that_ends_the_child_is_refused(task: object, reason: str) -> None:
    with pytest.raises(InputError, match=rf"roster\.xlsx ended the program that read it \(({reason})\)"):
        confined(task, file="roster.xlsx", limits=ROOMY)


def test_who_cancels_ends_the_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"

    def heed() -> None:
        if note.exists() and note.read_text("utf-8"):
            raise Unwanted

    with pytest.raises(Unwanted):
        confined(partial(work.note_and_sleep, note), file="a", limits=ROOMY, heed=heed)
    assert gone(int(note.read_text("utf-8")))


def test_what_the_progress_raises_ends_the_child() -> None:
    def heard(_stage: str, _done: int, _total: int) -> None:
        raise Unwanted

    with pytest.raises(Unwanted):
        confined(work.sleep, file="a", limits=ROOMY, progress=heard)


def test_saving_is_not_interrupted_and_its_failure_is_not_called_nothing(tmp_path: Path) -> None:
    """A cancel or the clock between the commit and the answer would say that nothing was changed."""
    saving: list[str] = []

    def heed() -> None:
        if saving:
            raise Unwanted

    limits = Limits(512, 60, 2.5)
    path = tmp_path / "saved"
    task = partial(work.save_slowly, path)
    assert confined(task, file="a", limits=limits, progress=lambda *one: saving.append(one[0]), heed=heed) == "saved"
    assert path.exists()
    with pytest.raises(InputError, match="look into the list of imports"):
        confined(work.save_and_abort, file="a", limits=ROOMY)


def test_what_a_library_prints_disturbs_no_answer() -> None:
    assert confined(work.chatter, file="a", limits=ROOMY) == ""


def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "from functools import partial; from pathlib import Path; from geo.confined import Limits, confined\n"
        "from tests.geo.confined import work\n"
        f"confined(partial(work.note_and_sleep, Path({str(note)!r})), file='a', limits=Limits(512, 60, 600.0))"
    )
    paths = os.pathsep.join(str(Path(one).resolve()) for one in sys.path)
    parent = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": paths})
    try:
        ends_at = time.monotonic() + 60
        while not (note.exists() and note.read_text("utf-8")):
            assert time.monotonic() < ends_at
            time.sleep(0.05)
    finally:
        parent.kill()
        parent.wait()
    assert gone(int(note.read_text("utf-8")))


def test_a_share_of_the_machine_is_never_too_little() -> None:
    assert Limits.of_share(0.0, cpu_s=1, wall_s=1.0).memory_mb == 1024
    assert Limits.of_share(1.0, most_mb=2048, cpu_s=1, wall_s=1.0).memory_mb == min(2048, max(1024, machine_mb()))
    assert Limits.of_share(0.5, cpu_s=1, wall_s=1.0).memory_mb == max(1024, machine_mb() // 2)


def gone(pid: int) -> bool:
    """Wait until a process is over; a zombie, whose end nobody has heard yet, is over too."""
    ends_at = time.monotonic() + 30
    while time.monotonic() < ends_at:
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
