"""Where a book lies and what can be wrong with the place: a sentence each, and nothing is touched."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from teachback.book import BookError, Damaged, FileState, SqliteBook, finish, places, write_durably
from teachback.book.schema import MIGRATIONS
from tests.book.keepers import SqliteKeeper
from tests.book.made import claim, draft, write

NEWER = (*MIGRATIONS, ("CREATE TABLE ledger (id INTEGER PRIMARY KEY, line INTEGER REFERENCES line (id))",))


@pytest.fixture
def keeper(tmp_path):
    return SqliteKeeper(tmp_path)


@pytest.fixture
def used(keeper, tmp_path):
    """A book with a claim in it, closed."""
    with keeper.open() as book:
        (file,) = book.plan([draft(tmp_path / "out", claim("s1"))], who="ann")
        finish(book, file, write)
    return keeper


def mount(place, options):
    done = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=False, capture_output=True
        ).returncode
    )
    if not done:
        pytest.skip("only root can mount a disk of its own")


@pytest.fixture
def disk(tmp_path):
    """A disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount(place, "size=512k")
    yield place
    subprocess.run(["umount", str(place)], check=False)


def remount(place, options):
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)


def test_a_book_is_for_its_owner_alone(used):
    assert used.folder.stat().st_mode & 0o777 == 0o700
    assert (used.folder / "book.sqlite3").stat().st_mode & 0o777 == 0o600
    with used.open() as book:
        assert book.warnings() == ()


def test_a_book_that_others_can_read_is_told(used):
    used.folder.chmod(0o755)
    (used.folder / "book.sqlite3").chmod(0o644)
    with used.open() as book:
        assert ["Others on this machine may read" in told for told in book.warnings()] == [True]


def test_a_directory_that_was_there_keeps_its_rights(keeper):
    keeper.folder.mkdir(mode=0o750)
    keeper.open().close()
    assert keeper.folder.stat().st_mode & 0o777 == 0o750


def test_no_book_where_none_is_wanted(keeper):
    with pytest.raises(BookError, match="There is no book in"):
        keeper.open(create=False)
    assert not keeper.folder.exists()


def test_a_file_in_the_way(keeper):
    keeper.folder.write_text("x")
    with pytest.raises(BookError, match="is a file; a book is a directory"):
        keeper.open()


def test_a_directory_in_place_of_the_file(keeper):
    (keeper.folder / "book.sqlite3").mkdir(parents=True)
    with pytest.raises(BookError, match="is not a file, so it is no book"):
        keeper.open()


@pytest.mark.parametrize("tag", ["", "abcd", "1ABC", "ABCDE", "AB-C"])
def test_a_tag_that_cannot_begin_a_claim_number(keeper, tag):
    with pytest.raises(BookError, match="cannot begin claim numbers"):
        keeper.open(tag=tag)


def test_two_books_draw_different_tags(tmp_path):
    numbers = set()
    for name in "abc":
        with SqliteBook.open(tmp_path / name) as book:
            (file,) = book.plan([draft(tmp_path / name, claim("s1"))], who="ann")
            numbers.add(book.submission(file.id).claims[0].control_number)
    assert len(numbers) == 3


def test_a_tag_is_kept_whatever_is_said_later(used, tmp_path):
    with used.open(tag="LATE") as book:
        (file,) = book.plan([draft(tmp_path, claim("s2"))], who="ann")
        assert book.submission(file.id).claims[0].control_number == "TEST0000002"


def test_a_newer_book_is_refused_and_not_touched(used):
    with SqliteBook.open(used.folder, migrations=NEWER):
        pass
    before = (used.folder / "book.sqlite3").read_bytes()
    with pytest.raises(BookError, match="made by a newer version of Teachback"):
        used.open()
    assert (used.folder / "book.sqlite3").read_bytes() == before


def test_an_older_book_is_brought_up_to_date_after_a_copy_was_laid_aside(used):
    with SqliteBook.open(used.folder, migrations=NEWER) as book:
        assert book.claim("TEST0000001").sessions == ("s1",)
        assert [event.what for event in book.events()][-1] == "migrated"
    aside = sqlite3.connect(used.folder / f"book.version-{len(MIGRATIONS)}.sqlite3")
    assert aside.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert aside.execute("SELECT count(*) FROM claim").fetchone() == (1,)
    aside.close()
    assert (used.folder / f"book.version-{len(MIGRATIONS)}.sqlite3").stat().st_mode & 0o077 == 0
    assert not list(used.folder.glob("*.part"))


def test_a_migration_that_fails_leaves_the_book_as_it_was(used):
    with pytest.raises(BookError, match="could not be used"):
        SqliteBook.open(used.folder, migrations=(*MIGRATIONS, ("CREATE TABLE a (b)", "nonsense")))
    with used.open() as book:
        assert book.check().faults == ()


def test_a_file_of_another_kind_is_refused_and_not_touched(keeper):
    keeper.folder.mkdir()
    file = keeper.folder / "book.sqlite3"
    file.write_text("dear book\n" * 100)
    with pytest.raises(Damaged, match="is damaged and was not touched"):
        keeper.open()
    assert file.read_text() == "dear book\n" * 100


@pytest.mark.parametrize("version", [0, 1])
def test_a_database_of_another_program_is_refused(keeper, version):
    keeper.folder.mkdir()
    db = sqlite3.connect(keeper.folder / "book.sqlite3")
    db.execute("CREATE TABLE song (name)")
    db.execute(f"PRAGMA user_version = {version}")
    db.commit()
    db.close()
    before = (keeper.folder / "book.sqlite3").read_bytes()
    with pytest.raises(Damaged, match="another program"):
        keeper.open()
    assert (keeper.folder / "book.sqlite3").read_bytes() == before


def use(keeper, tmp_path):
    """Whatever a book is used for, until it refuses."""
    with keeper.open() as book:
        list(book.claims())
        list(book.events())
        book.submission(1)
        book.plan([draft(tmp_path, claim("s2"))], who="ann")


@pytest.mark.parametrize("keep", [50, 1_000, 4_096, 20_000])
def test_a_file_that_was_cut_off_is_refused(used, tmp_path, keep):
    file = used.folder / "book.sqlite3"
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(BookError, match="damaged"):
        use(used, tmp_path)


def test_any_page_that_is_overwritten_is_noticed_and_never_crashes(used, tmp_path):
    file = used.folder / "book.sqlite3"
    whole = file.read_bytes()
    unnoticed = 0
    for start in range(0, len(whole), 4_096):
        file.write_bytes(whole[:start] + b"\xa5" * 1_000 + whole[start + 1_000 :])
        with contextlib.suppress(BookError):
            with used.open() as book:
                faults = book.check().faults
            unnoticed += not faults
            use(used, tmp_path)
        file.with_name("book.sqlite3-journal").unlink(missing_ok=True)
    # A free place of a page may be overwritten without harm.
    assert unnoticed <= 4
    file.write_bytes(whole)
    with used.open() as book:
        assert book.check().faults == ()


def test_a_full_disk_is_told_and_the_same_call_works_later(disk, tmp_path):
    keeper = SqliteKeeper(disk)
    with keeper.open() as book:
        many = [claim(*(f"{n}-{m}" for m in range(40))) for n in range(200)]
        with pytest.raises(BookError, match="The disk is full"):
            book.plan([draft(tmp_path, *many)], who="ann")
        assert book.files() == ()
        assert book.check().faults == ()
        (file,) = book.plan([draft(disk, claim("s1"))], who="ann")
        with pytest.raises(BookError, match="The disk is full"):
            finish(book, file, lambda _submission: iter([b"x" * 100_000] * 10))
        assert [entry.name for entry in disk.iterdir()] == ["book"]
        assert book.unfinished() == (file,)
        remount(disk, "size=50m")
        assert finish(book, file, write).state is FileState.WRITTEN
        book.plan([draft(tmp_path, *many)], who="ann")
        assert book.check().faults == ()


def test_a_book_that_can_only_be_read(disk, tmp_path):
    keeper = SqliteKeeper(disk)
    with keeper.open() as book:
        book.plan([draft(disk, claim("s1"))], who="ann")
    remount(disk, "ro")
    with keeper.open() as book:
        assert [file.claims for file in book.files()] == [1]
        assert book.check().faults == ()
        with pytest.raises(BookError, match="can be read but not written"):
            book.plan([draft(tmp_path, claim("s2"))], who="ann")
        (file,) = book.unfinished()
        with pytest.raises(BookError, match="may not be written"):
            finish(book, file, write)
    with pytest.raises(BookError, match="may not be written"):
        SqliteKeeper(disk / "new").open()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EDQUOT, "The disk is full"),
        (errno.EROFS, "may not be written or read"),
        (errno.EIO, "cannot be used: Input/output error"),
    ],
)
def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch, number, words):
    place = tmp_path / "a.x12"
    place.write_bytes(b"old")

    def fail(_handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(BookError, match=words):
        write_durably(place, [b"new"])
    assert place.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.x12"]


def test_half_written_files_of_dead_processes_are_removed_and_of_living_ones_kept(tmp_path):
    child = subprocess.Popen(["sleep", "0"])
    child.wait()
    dead = tmp_path / f".a.x12.{child.pid}-00000000.part"
    alive = tmp_path / f".a.x12.{os.getppid()}-00000000.part"
    other = tmp_path / f".b.x12.{child.pid}-00000000.part"
    for file in (dead, alive, other):
        file.write_text("x")
    write_durably(tmp_path / "a.x12", [b"new"])
    assert (dead.exists(), alive.exists(), other.exists()) == (False, True, True)


MOUNTS = """\
1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 0:9 / /mnt/team\\040share rw - cifs //server/share rw
3 1 0:8 / /mnt rw - nfs4 server:/ rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/home/ann/book", "ext4"), ("/mnt/team share/book", "cifs"), ("/mnt/other", "nfs4"), ("/mntx", "ext4")],
)
def test_a_network_file_system_is_known(tmp_path, folder, kind):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert places.filesystem(Path(folder), mounts) == kind
    assert places.filesystem(Path(folder), tmp_path / "none") == ""


def test_a_book_on_a_network_file_system_is_told(used, monkeypatch):
    monkeypatch.setattr(places, "filesystem", lambda _folder: "nfs4")
    with used.open() as book:
        assert ["two computers can damage it" in told for told in book.warnings()] == [True]
