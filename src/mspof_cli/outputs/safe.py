"""Text from outside, made harmless for where it lands."""

from __future__ import annotations

import re

# A spreadsheet program takes a cell that starts with one of these for a formula, or drops the character.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")

# What is a number and nothing else, which no program takes for a formula.
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

# The characters that XML 1.0 has no way to write, and what Excel reads as the code of a character: ``_x000D_``.
NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
EXCEL_CODE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


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


def workbook_text(text: str) -> str:
    """Text for a cell or a note of a workbook: nothing that XML can't hold, nor that Excel takes for a code."""
    return EXCEL_CODE.sub("_x005F_", NOT_IN_XML.sub("", text))
