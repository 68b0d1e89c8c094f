"""What came out of reading one file of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teachback.intake.problems import Notice, Refusal
    from teachback.model import Session

ALL_READ, SOME_REFUSED, NOTHING_READ = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Reading:
    """The sessions of a file in their order, what was refused, and what else is worth knowing.

    ``proposal`` is the text of a mapping file, where needed columns are missing and none was given.
    """

    sessions: tuple[Session, ...]
    refusals: tuple[Refusal, ...] = ()
    notices: tuple[Notice, ...] = ()
    proposal: str | None = None

    @property
    def exit_status(self) -> int:
        """0 when everything was read, 1 when something was refused, 2 when nothing was read."""
        if not self.sessions:
            return NOTHING_READ
        return SOME_REFUSED if self.refusals else ALL_READ
