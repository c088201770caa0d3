"""Imports whose worker lost its lease write nothing, and their successor writes all of it once, on both databases."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.datastructures import FileStorage

from geo.progress import silent
from geo.store import Store
from geo.store.job_rows import Job, StaleLeaseError, Wanted, Worker
from tests.geo.store.conftest import city_url, new_database, postgis_url, postgres, shared_database, store, zone_tree
from webmap.intake import apart
from webmap.intake.uploads import roster_uploads, visit_uploads
from webmap.jobs.kinds import IMPORT, PREVIEW, VISIT_IMPORT
from webmap.jobs.work import RunningJob, now

__all__ = ["city_url", "new_database", "postgis_url", "postgres", "shared_database", "store", "zone_tree"]

ROSTER = """编号,点位名称,点位类别,地址,经度,纬度
N1,新医院,医院,胜利街1号,114.1,30.1
N2,月球基地,火箭发射场,某路,114.1,30.1
"""
ZONES = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"编码":"420102","名称":"江岸区"},"geometry":'
    '{"type":"Polygon","coordinates":[[[114.0,30.0],[114.4,30.0],[114.4,30.4],[114.0,30.4],[114.0,30.0]]]}}]}'
)
VISITS = "编号,组别,时间,扣分项,扣分\nN1,1,2026-05-20 09:30,路灯,1\n"
CHOICES = {"datum": "wgs84", "crs": "", "level": "", "part": True, "whole": False, "parts": [], "columns": {}}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the caches of a city on a server in the folder of the test."""
    monkeypatch.setenv("XUNDIAN_HOME", str(tmp_path / "home"))


def claimed(store: Store, wanted: Wanted, worker: str, lease_s: float = 60.0) -> Job:
    """Take work for a worker, asking for it first where nobody did; an older lease has run out by then."""
    if store.jobs.at_work(wanted.about) is None:
        store.jobs.enqueue(wanted, now())
    job = store.jobs.claim(Worker(worker, (wanted.kind,), lease_s), now() + timedelta(minutes=5))
    assert job is not None
    return job


def overtaken(store: Store, wanted: Wanted, work: Callable[[RunningJob], None], count: Callable[[], int]) -> Job:
    """Let one worker do the work after another took it, and then that other; return what it left."""
    first = claimed(store, wanted, "asleep", lease_s=-600.0)
    second = claimed(store, wanted, "awake")
    assert (first.id, first.attempt, second.attempt) == (second.id, 1, 2)
    before, imports = count(), len(store.imports.all())
    with pytest.raises(StaleLeaseError):
        work(RunningJob(store, first, silent))
    assert (count(), len(store.imports.all())) == (before, imports)
    work(RunningJob(store, second, silent))
    assert (count(), len(store.imports.all())) == (before + 1, imports + 1)
    return store.jobs.get(second.id, "planner")


def seen(store: Store, kind: str, text: str, name: str) -> tuple[dict[str, object], str]:
    """Upload a file and look at it; return the parameters of its work and the digest of what a person saw."""
    uploads, choices = roster_uploads(store.cache_dir), {**CHOICES, "kind": kind}
    if kind == "zones":
        choices["level"] = "district"
    upload = uploads.save([FileStorage(io.BytesIO(text.encode()), name)], user="planner", choices=choices)
    params = {"token": upload.token, "file": name, "choices": choices}
    job = claimed(store, Wanted(PREVIEW.name, "planner", params, about="look"), "one")
    apart.look(RunningJob(store, job, silent))
    found = store.jobs.get(job.id, "planner").result
    assert found["prepared"] is not None, found["error"]
    return params, found["prepared"]["digest"]


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [("checkpoints", ROSTER, "a.csv"), ("zones", ZONES, "a.geojson")],
    ids=["checkpoints", "zones"],
)
def test_an_import_is_kept_once(store: Store, kind: str, text: str, name: str) -> None:
    params, digest = seen(store, kind, text, name)
    wanted = Wanted(IMPORT.name, "planner", params | {"digest": digest, "force": False}, about="import")
    table = store.checkpoints if kind == "checkpoints" else store.zones
    left = overtaken(store, wanted, apart.keep, lambda: len(table.frame()))
    assert (left.result["new"], left.result["kind"], left.result["name"]) == (1, kind, name)
    assert left.result["rejected"] == (kind == "checkpoints")
    assert not (store.cache_dir / "uploads" / str(params["token"])).exists()


def test_visits_are_kept_once(store: Store) -> None:
    params, digest = seen(store, "checkpoints", ROSTER, "a.csv")
    job = claimed(store, Wanted(IMPORT.name, "planner", params | {"digest": digest, "force": False}, about="i"), "one")
    apart.keep(RunningJob(store, job, silent))
    uploads = visit_uploads(store.cache_dir)
    upload = uploads.save(
        [FileStorage(io.BytesIO(VISITS.encode()), "五月.csv")], user="planner", choices={"history": True}
    )
    params = {"token": upload.token, "file": "五月.csv", "choices": {"history": True}, "language": "zh"}
    wanted = Wanted(VISIT_IMPORT.name, "planner", params, about="import")
    left = overtaken(store, wanted, apart.keep_visits, lambda: len(store.visits.frame()))
    assert left.result["report"]["accepted"] == 1
