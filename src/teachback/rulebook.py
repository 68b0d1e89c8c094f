"""Rules: plain typed functions whose facts stand before the star and whose law stands after it.

``@derives`` shapes a record into a finite fact, ``@determines`` makes a fact from finite facts,
``@reckons`` does arithmetic on whole cents, ``@edit`` names a fault. The signature is a rule's
complete list of dependencies; the trace, the citations and the documentation all read it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from teachback.findings import Finding, Owner, Step
from teachback.law import MEDICARE, LawError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from teachback.law import Entry, Law, Statute
    from teachback.model import Severity

FIRST_DAY = date(1966, 7, 1)
LAST_DAY = date(2999, 12, 31)


class Kind(StrEnum):
    """What a rule makes."""

    DERIVED = "derived fact"
    DETERMINATION = "determination"
    AMOUNT = "amount"
    EDIT = "edit"


class RuleError(Exception):
    """The rule book contradicts itself; the message names the rules at fault."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule as its signature and decorator declare it.

    ``of`` is the fact made, or the edit's name. ``optional`` facts may be unknown. An edit that
    ``needs_line`` stands only where a service line was earned. ``tables`` keeps the answers of a rule
    with finite inputs: one table for each combination of law values, one cell for each of facts.
    ``pick`` takes the rule's facts out of those known; a fact not yet made is a ``KeyError``.
    """

    of: str
    kind: Kind
    call: Callable[..., Any]
    facts: tuple[str, ...]
    law: tuple[str, ...]
    optional: frozenset[str]
    since: date
    until: date
    payer: str
    says: str
    topic: str
    code: str = ""
    severity: Severity | None = None
    message: str = ""
    remedy: str = ""
    place: str = ""
    owner: Owner = Owner.NOBODY
    prevents: str | None = None
    needs_line: bool = False
    is_table: bool = False
    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]] = tuple
    tables: dict[tuple[Any, ...], dict[tuple[Any, ...], Any]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The function's own name, which differs from ``of`` for a dated variant."""
        return self.call.__name__


_RULES: list[Rule] = []
_UNDECIDED: Any = object()
_FIELD = re.compile(r"\{(\w+)\}")
_Function = TypeVar("_Function", bound="Callable[..., Any]")


def _register(function: Callable[..., Any], kind: Kind, more: Mapping[str, Any]) -> None:
    code = function.__code__
    facts = code.co_varnames[: code.co_argcount]
    law = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    if not function.__doc__:
        raise RuleError(f"{function.__module__}.{function.__name__} has no docstring")
    settings: dict[str, Any] = {
        "of": function.__name__,
        "since": FIRST_DAY,
        "until": LAST_DAY,
        "payer": MEDICARE,
        **{key: value for key, value in more.items() if value is not None},
    }
    rule = Rule(
        kind=kind,
        call=function,
        facts=facts,
        law=law,
        optional=frozenset(f for f in facts if str(function.__annotations__[f]).endswith("| None")),
        says=function.__doc__.strip().split("\n\n")[0].replace("\n    ", " "),
        topic=function.__module__.rpartition(".")[2],
        is_table=kind in {Kind.DETERMINATION, Kind.EDIT},
        pick=_picker(facts),
        **settings,
    )
    unknown = set(_FIELD.findall(rule.message)) - {*facts, *law}
    if unknown:
        raise RuleError(f"{rule.name}: its message names {', '.join(sorted(unknown))}, which it is not given")
    _RULES.append(rule)


def _picker(facts: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(facts) > 1:
        return itemgetter(*facts)
    return lambda known: tuple([known[fact] for fact in facts])


def derives(function: _Function) -> _Function:
    """A finite fact shaped from one record: dates, lists and texts go in, a word or a count comes out."""
    _register(function, Kind.DERIVED, {})
    return function


def determines(
    *, of: str | None = None, since: date | None = None, until: date | None = None, payer: str | None = None
) -> Callable[[_Function], _Function]:
    """A fact made of finite facts. Dated or payer's variants of one fact name it with ``of``."""

    def register(function: _Function) -> _Function:
        _register(function, Kind.DETERMINATION, {"of": of, "since": since, "until": until, "payer": payer})
        return function

    return register


def reckons(function: _Function) -> _Function:
    """Arithmetic and comparison of whole cents, free of branches, for one amount or a column alike."""
    _register(function, Kind.AMOUNT, {})
    return function


def edit(  # noqa: PLR0913  an edit has this many parts, and each is named where it stands
    code: str,
    severity: Severity,
    *,
    says: str,
    remedy: str,
    place: str,
    owner: Owner,
    prevents: str | None = None,
    name: str | None = None,
    needs_line: bool = False,
) -> Callable[[_Function], _Function]:
    """A predicate named for what it flags; true is a finding.

    ``says`` may name only the rule's own facts and law, in braces. ``name`` is given where a second
    rule of another severity shares the code.
    """

    def register(function: _Function) -> _Function:
        more = {
            "of": name or function.__name__.replace("_", "-"),
            "code": code,
            "severity": severity,
            "message": says,
            "remedy": remedy,
            "place": place,
            "owner": owner,
            "prevents": prevents,
            "needs_line": needs_line,
        }
        _register(function, Kind.EDIT, more)
        return function

    return register


def decide(rule: Rule, facts: tuple[Any, ...], law: tuple[Any, ...]) -> Any:  # noqa: ANN401  rules answer with many types
    """Call a rule, the one place where it is called: unknown facts or silent law make it unknown."""
    for name, value in zip(rule.facts, facts, strict=True):
        if value is None and name not in rule.optional:
            return None
    if not law:
        return rule.call(*facts)
    for value in law:
        if value is None:
            return None
    return rule.call(*facts, **dict(zip(rule.law, law, strict=True)))


class Rulebook:
    """The rules of some topics, indexed by the fact they make and checked against the law."""

    def __init__(self, rules: Iterable[Rule], law: Law, stages: Mapping[str, int]) -> None:
        self.law = law
        self.rules = tuple(rules)
        self.stages = stages
        self.makers: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            if rule.kind is not Kind.EDIT:
                self.makers[rule.of] = (*self.makers.get(rule.of, ()), rule)
        self.keyed = {rule: self._keyed(rule) for rule in self.rules}
        self.line_codes = frozenset(rule.code for rule in self.rules if rule.needs_line)
        self._check()
        self._stage: dict[str, int] = {}
        edits = sorted((r for r in self.rules if r.kind is Kind.EDIT), key=lambda r: r.code)
        self.edits: dict[int, tuple[Rule, ...]] = {}
        for rule in edits:
            stage = max((self.stage(name) for name in self.needs(rule)), default=0)
            self.edits[stage] = (*self.edits.get(stage, ()), rule)

    def needs(self, rule: Rule) -> tuple[str, ...]:
        """The facts that a rule reads: its own, and those that choose among its keyed law values."""
        keys = (self.law.parameters[name].by for name in rule.law)
        return tuple(dict.fromkeys((*rule.facts, *(key for key in keys if key))))

    def _keyed(self, rule: Rule) -> tuple[tuple[str, str | None], ...] | None:
        pairs = tuple(
            (name, self.law.parameters[name].by) for name in rule.law if name in self.law.parameters
        )
        return pairs if any(by for _, by in pairs) else None

    def stage(self, fact: str) -> int:
        """The pass in which a fact can first be known; its signature's closure decides."""
        if fact not in self._stage:
            makers = self.makers.get(fact, ())
            needs = {need for maker in makers for need in self.needs(maker)}
            self._stage[fact] = max((self.stage(need) for need in needs), default=self.stages.get(fact, 0))
        return self._stage[fact]

    def maker(self, fact: str, statute: Statute) -> Rule | None:
        """The one rule that makes the fact on the day for the payer; ``None`` for a recorded fact."""
        makers = self.makers.get(fact)
        if makers is None:
            return None
        if len(makers) == 1:
            return makers[0]
        for payer in (statute.payer, MEDICARE):
            for rule in makers:
                if rule.payer == payer and rule.since <= statute.day <= rule.until:
                    return rule
        return None

    def _check(self) -> None:
        for fact, makers in self.makers.items():
            if fact in self.stages:
                raise RuleError(f"{fact} is a recorded fact and is also made by {makers[0].name}")
            self._check_variants(fact, makers)
        for rule in self.rules:
            for name in rule.law:
                if name not in self.law.parameters:
                    raise LawError(f"{rule.topic}.{rule.name} needs {name}, which no law file has")
            for name in self.needs(rule):
                if name not in self.stages and name not in self.makers:
                    raise RuleError(f"{rule.topic}.{rule.name} needs {name}, which nothing records or makes")

    @staticmethod
    def _check_variants(fact: str, makers: tuple[Rule, ...]) -> None:
        for payer in {rule.payer for rule in makers}:
            mine = sorted((r for r in makers if r.payer == payer), key=lambda r: r.since)
            for earlier, later in pairwise(mine):
                if later.since <= earlier.until:
                    raise RuleError(
                        f"{fact}: {earlier.name} (through {earlier.until}) and {later.name} "
                        f"(from {later.since}) both apply"
                    )
                if later.since.toordinal() != earlier.until.toordinal() + 1:
                    raise RuleError(
                        f"{fact}: neither {earlier.name} (through {earlier.until}) nor {later.name} "
                        f"(from {later.since}) applies between"
                    )


class Scope:
    """The facts of one session, occurrence or line: recorded ones given, the others made when asked for."""

    __slots__ = ("book", "known", "statute")

    def __init__(self, book: Rulebook, statute: Statute, given: Mapping[str, Any]) -> None:
        self.book, self.statute = book, statute
        self.known: dict[str, Any] = dict(given)

    def value(self, name: str) -> Any:  # noqa: ANN401  facts have many types
        """The fact, made by its rule if it was not recorded; ``None`` is unknown."""
        known = self.known
        if name in known:
            return known[name]
        rule = self.book.maker(name, self.statute)
        answer = known[name] = None if rule is None else self.answer(rule)
        return answer

    def answer(self, rule: Rule) -> Any:  # noqa: ANN401  rules answer with many types
        """The rule's answer on this scope's facts, from its table where the combination was met before."""
        known = self.known
        for name in rule.facts:
            if name not in known:
                self.value(name)
        facts = rule.pick(known)
        if not rule.is_table:
            return decide(rule, facts, self.law(rule))
        table = self.statute.tables.get(rule)
        if table is None:
            table = self._table(rule)
        answer = table.get(facts, _UNDECIDED)
        if answer is _UNDECIDED:
            answer = table[facts] = decide(rule, facts, self.law(rule))
        return answer

    def fired(self, stage: int) -> list[Rule]:
        """The edits of a pass that answer true."""
        return [rule for rule in self.book.edits.get(stage, ()) if self.answer(rule) is True]

    def _table(self, rule: Rule) -> dict[tuple[Any, ...], Any]:
        """The rule's table under the law in force; it is the statute's own where no fact chooses the law."""
        table = rule.tables.setdefault(self.entries(rule), {})
        if self.book.keyed[rule] is None:
            self.statute.tables[rule] = table
        return table

    def law(self, rule: Rule) -> tuple[Any, ...]:
        """The law values of the rule; ``None`` for one on which the law is silent."""
        values = self.statute.values.get(rule)
        if values is None:
            values = tuple([None if entry is None else entry.value for entry in self.entries(rule)])
            if self.book.keyed[rule] is None:
                self.statute.values[rule] = values
        return values

    def entries(self, rule: Rule) -> tuple[Entry | None, ...]:
        """The law values in force for the rule, each chosen by the fact that keys it."""
        statute = self.statute
        keyed = self.book.keyed[rule]
        if keyed is None:
            return tuple([statute.entry(name) for name in rule.law])
        return tuple([statute.entry(name, None if by is None else str(self.value(by))) for name, by in keyed])

    def step(self, rule: Rule) -> Step:
        """What the rule was given and what it answered, rebuilt from its cell."""
        facts = tuple((name, self.value(name)) for name in rule.facts)
        law = tuple(entry for entry in self.entries(rule) if entry is not None)
        return Step(rule.of, rule.says, facts, law, self.answer(rule))

    def finding(self, rule: Rule, place: str) -> Finding:
        """The finding of an edit that answered true."""
        assert rule.severity is not None  # noqa: S101  an edit always has one
        step = self.step(rule)
        words = {name: wording(value) for name, value in step.facts}
        words |= {entry.name: wording(entry.value) for entry in step.law}
        cites = tuple(dict.fromkeys(cite for entry in step.law for cite in entry.cites))
        return Finding(
            rule.code,
            rule.of,
            rule.severity,
            rule.message.format_map(words),
            rule.remedy,
            place,
            cites,
            rule.owner,
            rule.prevents,
            step,
        )


def wording(value: object) -> str:
    """A fact or law value as a person reads it."""
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, StrEnum):
        return value.value.replace("_", " ")
    if isinstance(value, (list, tuple)):
        return ", ".join(wording(item) for item in value)
    return str(value)


def registered(modules: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that the named modules of ``teachback.rules`` declared when they were imported."""
    wanted = set(modules)
    return tuple(rule for rule in _RULES if rule.call.__module__ in wanted)
