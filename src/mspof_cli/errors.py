"""What the person running the command must put right. Anything about a return is a finding instead."""

from collections.abc import Iterable


class MspofError(Exception):
    """Something the person running the command can put right: what happened, and the remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class UsageError(MspofError):
    """The command was used wrongly: exit status 2."""


class ErrorsFound(MspofError):
    """There is nothing to work with, because the returns have errors: exit status 1."""


class SchemaError(MspofError):
    """A schema file can't be used: ``problem`` names the file and the entry."""


class OutputClosed(Exception):
    """Whoever was reading the output has left. There is no one to say anything to."""


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The name most like one that is not known, if any is at least so much like it, from 0 to 1."""
    import difflib  # only what is misspelt needs it

    return next(iter(difflib.get_close_matches(name, list(known), 1, likeness)), None)
