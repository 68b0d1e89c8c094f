"""Reports for machines: JSON lines, one object an issue, and SARIF 2.1.0, both written as issues are found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from teachback import __version__
from teachback.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from teachback.check.report import ClaimRef
    from teachback.x12.issues import Issue

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.HOLD: "warning",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
}


class JsonLines:
    """One JSON object a line; its fields are those of `Issue` and `Position`, with the file's name."""

    def __init__(self, stream: IO[str], file: str) -> None:
        self._stream = stream
        self.file = file

    def tell(self, issues: Sequence[Issue], claim: ClaimRef | None) -> None:
        """Write issues as they come."""
        for issue in issues:
            self._stream.write(json.dumps(row(issue, self.file, claim), ensure_ascii=False) + "\n")


def row(issue: Issue, file: str, claim: ClaimRef | None) -> dict[str, Any]:
    """One issue as a flat object. ``claim_line`` is the line of the claim's CLM segment."""
    at = issue.position
    return {
        "file": file,
        "code": issue.code,
        "name": issue.name,
        "severity": issue.severity.value,
        "message": issue.message,
        "remedy": issue.remedy,
        "claim": claim.number if claim else at.claim,
        "claim_line": claim.line if claim else None,
        "interchange": at.interchange,
        "transaction": at.transaction,
        "loop": at.loop,
        "segment": at.segment,
        "segment_number": at.segment_number or None,
        "element": at.element,
        "line": at.line,
        "byte": at.byte,
        "x12": issue.x12,
        "cites": list(issue.cites),
        "prevents": issue.prevents,
    }


class Sarif:
    """One SARIF log with one run; ``close`` ends it. Results are written as they come, so that none is held."""

    def __init__(self, stream: IO[str], rules: Sequence[dict[str, str]]) -> None:
        self._stream = stream
        self.file = ""
        self._first = True
        driver = {
            "name": "Teachback",
            "version": __version__,
            "rules": [
                {
                    "id": rule["code"],
                    "name": rule["name"],
                    "shortDescription": {"text": rule["meaning"]},
                    "help": {"text": rule["remedy"] or rule["meaning"]},
                    "defaultConfiguration": {"level": _LEVELS[Severity(rule["severity"])]},
                }
                for rule in rules
            ],
        }
        head = {"$schema": SARIF_SCHEMA, "version": "2.1.0"}
        stream.write(json.dumps(head, ensure_ascii=False)[:-1])
        tool = json.dumps({"driver": driver}, ensure_ascii=False)
        stream.write(f', "runs": [{{"tool": {tool}, "columnKind": "unicodeCodePoints", "results": [')

    def tell(self, issues: Sequence[Issue], claim: ClaimRef | None) -> None:
        """Write issues as they come."""
        for issue in issues:
            self._stream.write("\n" if self._first else ",\n")
            self._first = False
            self._stream.write(json.dumps(_result(issue, self.file, claim), ensure_ascii=False))

    def close(self) -> None:
        """End the log."""
        self._stream.write("\n]}]}\n")


def _result(issue: Issue, file: str, claim: ClaimRef | None) -> dict[str, Any]:
    at = issue.position
    path = [part for part in (at.interchange, at.transaction, claim.number if claim else at.claim) if part]
    names = [part for part in (at.loop, at.element or at.segment) if part]
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": file},
            "region": {"startLine": max(at.line, 1), "byteOffset": max(at.byte, 0)},
        }
    }
    if path or names:
        location["logicalLocations"] = [
            {"name": " ".join(names), "fullyQualifiedName": "/".join([*path, *names])}
        ]
    return {
        "ruleId": issue.code,
        "level": _LEVELS[issue.severity],
        "message": {"text": f"{issue.message} {issue.remedy}".strip()},
        "locations": [location],
        "properties": {
            "severity": issue.severity.value,
            "x12": issue.x12,
            "cites": list(issue.cites),
            "prevents": issue.prevents,
        },
    }
