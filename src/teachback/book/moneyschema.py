"""The tables of remittances and of the ledger: the step that leads a book from version 1 to 2.

The file itself keeps the ledger honest, whatever program writes: the parts of an entry are written before the
entry, and the entry is refused where they do not sum to zero. Nothing is changed or removed afterwards. Only
a named person's entry may write off or take money out of ``denied``, other than by undoing what put it there.
"""

from __future__ import annotations

from typing import Final

from teachback.book.moneyvalues import Account, EntryKind, LineOutcome, LineState, NoteKind, RemittanceState

SYSTEM: Final = "teachback"
"""Who did what no person decided."""
_KEPT: Final = "What a book holds is kept for ever."


def _listed(values: object) -> str:
    return ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]  # an enum's members


def _kept(table: str) -> tuple[str, str]:
    return (
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END",
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END",
    )


def _whole(column: str) -> str:
    return f"CHECK (typeof({column}) = 'integer')"


_MAY_LOWER_DENIED: Final = ("undone", "written_off", "billed_patient", "closed", "reopened")
_MAY_WRITE_OFF: Final = ("written_off", "undone")
_BY_PEOPLE: Final = ("written_off", "billed_patient", "applied", "returned", "placed")

MONEY: Final = (
    # Who was paid for the claims of this book: a remittance for anybody else is not ours.
    """CREATE TABLE payee (
        npi TEXT NOT NULL,
        tax_id TEXT NOT NULL,
        PRIMARY KEY (npi, tax_id)
    ) WITHOUT ROWID""",
    """INSERT OR IGNORE INTO payee SELECT DISTINCT json_extract(content, '$.billing.provider.npi'),
        json_extract(content, '$.billing.tax_id') FROM claim""",
    """CREATE TRIGGER claim_payee AFTER INSERT ON claim BEGIN
        INSERT OR IGNORE INTO payee VALUES (coalesce(json_extract(new.content, '$.billing.provider.npi'), ''),
        coalesce(json_extract(new.content, '$.billing.tax_id'), '')); END""",
    *_kept("payee"),
    "CREATE INDEX line_service ON line (date_of_service, procedure_code)",
    f"""CREATE TABLE remittance (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        identity TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ({_listed(RemittanceState)})),
        source TEXT NOT NULL,
        manual INTEGER NOT NULL CHECK (manual IN (0, 1)),
        who TEXT NOT NULL CHECK (trim(who) <> ''),
        at TEXT NOT NULL,
        test INTEGER NOT NULL CHECK (test IN (0, 1)),
        payer_name TEXT NOT NULL,
        payer_id TEXT NOT NULL,
        trace_number TEXT NOT NULL,
        method TEXT NOT NULL,
        paid_cents INTEGER CHECK (typeof(paid_cents) IN ('integer', 'null')),
        paid_on TEXT,
        claims INTEGER NOT NULL,
        why TEXT NOT NULL,
        digest TEXT NOT NULL,
        content TEXT NOT NULL,
        CHECK (state <> 'posted' OR (paid_cents IS NOT NULL AND paid_on IS NOT NULL))
    )""",
    "CREATE UNIQUE INDEX remittance_posted_once ON remittance (identity) WHERE state = 'posted'",
    "CREATE UNIQUE INDEX remittance_held_once ON remittance (identity, digest) WHERE state = 'held'",
    "CREATE INDEX remittance_trace ON remittance (trace_number)",
    *_kept("remittance"),
    """CREATE TABLE remitted_claim (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        remittance INTEGER NOT NULL REFERENCES remittance (id),
        position INTEGER NOT NULL CHECK (position > 0),
        control_number TEXT NOT NULL,
        status_code TEXT NOT NULL,
        payer_claim_control_number TEXT NOT NULL,
        content TEXT NOT NULL,
        UNIQUE (remittance, position)
    )""",
    "CREATE INDEX remitted_claim_number ON remitted_claim (control_number)",
    *_kept("remitted_claim"),
    f"""CREATE TABLE remitted_line (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        remitted_claim INTEGER NOT NULL REFERENCES remitted_claim (id),
        position INTEGER NOT NULL CHECK (position >= 0),
        state TEXT NOT NULL CHECK (state IN ({_listed(LineState)})),
        claim INTEGER REFERENCES claim (id),
        line INTEGER REFERENCES line (id),
        outcome TEXT CHECK (outcome IN ({_listed(LineOutcome)})),
        score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 100),
        how TEXT NOT NULL,
        why TEXT NOT NULL,
        charge_cents INTEGER CHECK (typeof(charge_cents) IN ('integer', 'null')),
        paid_cents INTEGER CHECK (typeof(paid_cents) IN ('integer', 'null')),
        undoes INTEGER REFERENCES remitted_line (id),
        placed INTEGER REFERENCES remitted_line (id),
        UNIQUE (remitted_claim, position, placed),
        CHECK (state <> 'posted' OR (claim IS NOT NULL AND outcome IS NOT NULL)),
        CHECK (state = 'posted' OR (undoes IS NULL AND outcome IS NULL AND why <> '')),
        CHECK (outcome IS NOT 'reversed' OR undoes IS NOT NULL)
    )""",
    "CREATE UNIQUE INDEX remitted_line_once ON remitted_line (remitted_claim, position) WHERE placed IS NULL",
    "CREATE UNIQUE INDEX remitted_line_undone_once ON remitted_line (undoes) WHERE undoes IS NOT NULL",
    "CREATE UNIQUE INDEX remitted_line_placed_once ON remitted_line (placed) WHERE placed IS NOT NULL",
    "CREATE INDEX remitted_line_line ON remitted_line (line)",
    "CREATE INDEX remitted_line_claim ON remitted_line (claim)",
    "CREATE INDEX remitted_line_person ON remitted_line (state) WHERE state = 'needs_person'",
    *_kept("remitted_line"),
    f"""CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        who TEXT NOT NULL CHECK (trim(who) <> ''),
        kind TEXT NOT NULL CHECK (kind IN ({_listed(EntryKind)})),
        day TEXT NOT NULL,
        test INTEGER NOT NULL CHECK (test IN (0, 1)),
        claim INTEGER REFERENCES claim (id),
        remittance INTEGER REFERENCES remittance (id),
        item INTEGER REFERENCES remitted_line (id),
        undoes INTEGER REFERENCES entry (id),
        why TEXT NOT NULL,
        CHECK (kind NOT IN ({_listed(_BY_PEOPLE)}) OR (trim(why) <> '' AND who <> '{SYSTEM}')),
        CHECK ((kind = 'undone') = (undoes IS NOT NULL))
    )""",
    "CREATE UNIQUE INDEX entry_undone_once ON entry (undoes) WHERE undoes IS NOT NULL",
    "CREATE UNIQUE INDEX entry_opened_once ON entry (claim) WHERE kind = 'opened'",
    "CREATE INDEX entry_claim ON entry (claim)",
    "CREATE INDEX entry_remittance ON entry (remittance)",
    "CREATE INDEX entry_item ON entry (item)",
    f"""CREATE TABLE part (
        entry INTEGER NOT NULL REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED,
        position INTEGER NOT NULL CHECK (position > 0),
        account TEXT NOT NULL CHECK (account IN ({_listed(Account)})),
        cents INTEGER NOT NULL {_whole("cents")} CHECK (cents <> 0),
        claim INTEGER REFERENCES claim (id),
        line INTEGER REFERENCES line (id),
        PRIMARY KEY (entry, position)
    ) WITHOUT ROWID""",
    "CREATE INDEX part_claim ON part (claim, account)",
    "CREATE INDEX part_line ON part (line, account)",
    """CREATE TRIGGER part_before_entry BEFORE INSERT ON part WHEN EXISTS (SELECT 1 FROM entry WHERE id = new.entry)
        BEGIN SELECT RAISE(ABORT, 'An entry of the ledger is whole and gets no more parts.'); END""",
    """CREATE TRIGGER entry_sums_to_zero BEFORE INSERT ON entry
        WHEN coalesce((SELECT sum(cents) FROM part WHERE entry = new.id), 1) <> 0
        BEGIN SELECT RAISE(ABORT, 'An entry of the ledger must sum to zero.'); END""",
    f"""CREATE TRIGGER entry_writes_off_by_name BEFORE INSERT ON entry
        WHEN new.kind NOT IN ({_listed(_MAY_WRITE_OFF)})
        AND EXISTS (SELECT 1 FROM part WHERE entry = new.id AND account = 'written_off')
        BEGIN SELECT RAISE(ABORT, 'Only a named person writes off.'); END""",  # noqa: S608  own words only
    f"""CREATE TRIGGER entry_keeps_denials BEFORE INSERT ON entry
        WHEN new.kind NOT IN ({_listed(_MAY_LOWER_DENIED)})
        AND EXISTS (SELECT 1 FROM part WHERE entry = new.id AND account = 'denied' AND cents < 0)
        BEGIN SELECT RAISE(ABORT, 'What was denied stays denied until somebody works it.'); END""",  # noqa: S608  own words only
    *_kept("entry"),
    *_kept("part"),
    f"""CREATE TABLE work_note (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        what TEXT NOT NULL CHECK (what IN ({_listed(NoteKind)})),
        at TEXT NOT NULL,
        who TEXT NOT NULL CHECK (trim(who) <> ''),
        why TEXT NOT NULL CHECK (trim(why) <> ''),
        until TEXT,
        owner TEXT
    )""",
    "CREATE INDEX work_note_key ON work_note (key)",
    *_kept("work_note"),
)
"""The statements of the step."""
