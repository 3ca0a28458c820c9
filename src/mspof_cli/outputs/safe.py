"""Text from outside, made harmless for where it lands."""

from __future__ import annotations

# A spreadsheet program takes a cell that starts with one of these for a formula, or drops the character.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def printable(text: str) -> str:
    """Text for a terminal or a log: nothing that moves the cursor or changes colours."""
    return (
        text
        if text.isprintable()
        else "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    )


def csv_text(text: str) -> str:
    """Text for a cell of a CSV file: never taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
