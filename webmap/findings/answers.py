"""Answers that are worked out beside a page, once for all who ask; one that is lost with the process is made again."""

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from geo.errors import StoreError, XundianError
from geo.failures import reason_of, refused
from geo.progress import Progress

Found = TypeVar("Found")

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class FoundLater(Generic[Found]):
    """What is being worked out, and how far that is."""

    stage: str = ""  # in English
    done: int = 0
    total: int = 0
    found: Found | None = None
    error: XundianError | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Hear how far the work is, as a :data:`geo.progress.Progress`."""
        self.stage, self.done, self.total = stage, done, total

    @property
    def finished(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.over.is_set()

    def result(self) -> Found:
        """Return what was found.

        Raises
        ------
        XundianError
            Saying why nothing was, or not yet.
        """
        if self.found is None:
            raise self.error or _broken()
        return self.found


def begun(work: Callable[[Progress], Found], turns: threading.Semaphore) -> FoundLater[Found]:
    """Have ``work(progress)`` done as soon as it is its turn, and return its answer at once."""
    answer: FoundLater[Found] = FoundLater()
    run = copy_context().run  # whose work it is goes with it
    threading.Thread(target=run, args=(_work_out, answer, work, turns), name="findings", daemon=True).start()
    return answer


def _work_out(answer: FoundLater[Found], work: Callable[[Progress], Found], turns: threading.Semaphore) -> None:
    try:
        with turns:
            answer.found = work(answer)
    except XundianError as error:
        answer.error = error
    except OSError as error:
        _log.warning("the system refused an answer: %s", reason_of(error))
        answer.error = refused(error)
    except Exception:  # noqa: BLE001 - whatever fails in a thread is said on the page and logged
        _log.exception("an answer failed")
        answer.error = _broken()
    finally:
        answer.over.set()


def _broken() -> XundianError:
    return StoreError("the findings could not be worked out: try again")
