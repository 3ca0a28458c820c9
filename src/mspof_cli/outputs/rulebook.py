"""The rule catalogue, made from the rules themselves."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from string import Formatter

from mspof_cli.schemas import Rule


def listed(rules: Mapping[str, Rule]) -> str:
    """Every rule, one line each."""
    lines = [f"{rule.code:<9}  {rule.severity.value:<5}  {rule.title}" for rule in rules.values()]
    return "\n".join([*lines, "", "'mspof rules CODE' explains one."]) + "\n"


def explained(rule: Rule, names: Mapping[str, str]) -> str:
    """One rule: what it checks, why, what breaks it, how to put it right; ``names`` are what figures are called."""
    known = [f"{name} is '{names[name]}'" for name in (rule.parsed.names if rule.line else ()) if name in names]
    parts = {
        "Checks": f"{rule.title}: {rule.line}" if rule.line else rule.title,
        **({"Where": "; ".join(known)} if known else {}),
        "Why": rule.because,
        "Broken by": rule.example or "; ".join(_case(case, names) for case in rule.breaks),
        "Says": _without_facts(rule.message),
        "Put right": _without_facts(rule.fix),
    }
    lines = [f"{rule.code}  {rule.severity.value}", ""]
    for heading, text in parts.items():
        lines += textwrap.wrap(text, 100, initial_indent=f"{heading:<11}", subsequent_indent=" " * 11)
    return "\n".join(lines) + "\n"


def _without_facts(words: str) -> str:
    """A rule's words with an ellipsis for what differs from case to case."""
    return "".join(text + ("..." if field is not None else "") for text, field, _, _ in Formatter().parse(words))


def _case(figures: Mapping[str, int], names: Mapping[str, str]) -> str:
    """An example in the form's words: ``'Fully achieved' 3, 'Not achieved' 1``."""
    return ", ".join(
        f"'{names[name]}' {value}" if name in names else f"{name} {value}" for name, value in figures.items()
    )
