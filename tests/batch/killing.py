"""The real tasks, of which one in each stage kills its worker once, halfway."""

from __future__ import annotations

from teachback.batch import tasks
from teachback.batch.run import Tasks
from tests.batch.fakes import die_once


def read_part(part, work, settings):
    if part.number == 1:
        die_once(work, "read")
    return tasks.read_part(part, work, settings)


def cross_dates(bucket, work, settings):
    counted = tasks.cross_dates(bucket, work, settings)
    die_once(work, "cross")
    return counted


def assess_bucket(bucket, work, out, settings):
    counted = tasks.assess_bucket(bucket, work, out, settings)
    if bucket == 2:
        die_once(work, "assess")
    return counted


TASKS = Tasks(tasks.plan_parts, read_part, cross_dates, assess_bucket)
