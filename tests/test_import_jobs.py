"""Jobs whose process cannot be begun, or has ended without a word, are told as failed and wait for nobody."""

import os
import time
from pathlib import Path

import pytest

from geo_service.workers import starter
from geo_service.workers.jobs import Job, new_job
from geo_service.workers.starter import Starter

ASKED = {"layer": "parcels", "dry_run": True}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return new_job(tmp_path / "work", "somebody")


def test_where_no_process_can_be_begun_the_job_has_failed(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter.sys, "executable", "/bin/false")
    begins = Starter("gpkg:///nowhere/town.gpkg")
    begins.start(job, ASKED)
    begins.close()
    assert (job.status()["state"], job.status()["error"]["template"]) == ("failed", "The import was interrupted.")
    assert job.request() == ASKED


def test_a_job_is_waited_for_while_it_may_still_begin(job: Job) -> None:
    job.ask(ASKED)
    assert job.status()["state"] == "running"
    then = time.time() - 61
    os.utime(job.folder / "request.json", (then, then))
    assert job.status()["state"] == "failed"


@pytest.mark.parametrize("pid", ["", "2147483646"])
def test_a_process_that_is_not_there_works_on_nothing(job: Job, pid: str) -> None:
    job.ask(ASKED)
    (job.folder / "pid").write_text(pid)
    assert job.status()["state"] == "failed"


def test_what_has_come_to_its_end_is_no_interruption(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends between the look at what it wrote and the look at itself."""
    job.ask(ASKED)
    (job.folder / "pid").write_text("2147483646")
    alive = Job._is_alive

    def ends(one: Job) -> bool:
        one.write_status({"state": "done", "stored": 3})
        return alive(one)

    monkeypatch.setattr(Job, "_is_alive", ends)
    assert job.status() == {"state": "done", "stored": 3}
