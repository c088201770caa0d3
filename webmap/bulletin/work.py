"""A bulletin made by a worker: two files that every server of the city can send."""

from pathlib import Path
from tempfile import TemporaryDirectory

from webmap.bulletin.content import bulletin
from webmap.bulletin.docx import write_docx
from webmap.bulletin.xlsx import write_xlsx
from webmap.jobs.work import RunningJob

WRITERS = {"bulletin.docx": write_docx, "bulletin.xlsx": write_xlsx}


def write(work: RunningJob) -> None:
    """Write the bulletin of a round."""
    made = bulletin(work.store, work.params["round"], work.params["language"], progress=work.progress)
    files = {}
    with TemporaryDirectory() as folder:
        for name, write_file in WRITERS.items():
            path = Path(folder) / name
            write_file(made, path)
            files[name] = path.read_bytes()
    with work.finishing() as ending:
        ending.result = {name: made.facts[name] for name in ("title", "score", "interval")}
        ending.files = files
