"""Rules for claims that exist: what the lines of a claim, and other lines, say against each other."""

from __future__ import annotations

from teachback.claimedits.editor import ClaimEditor, edits_of
from teachback.claimedits.findings import ClaimFinding, LineKnowledge, notice_of
from teachback.rules.claim_vocabulary import Notice

__all__ = ["ClaimEditor", "ClaimFinding", "LineKnowledge", "Notice", "edits_of", "notice_of"]
