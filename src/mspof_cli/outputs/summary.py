"""What an audience may see of a quarter, as files: tidy CSV for programs with metadata, and a workbook for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from mspof_cli.errors import UsageError
from mspof_cli.outputs.book import workbook
from mspof_cli.outputs.csvw import metadata
from mspof_cli.outputs.manifest import manifest
from mspof_cli.outputs.quality import statement
from mspof_cli.outputs.safe import FORMULA_STARTS, NUMBER
from mspof_cli.outputs.shapes import as_ascof, as_lginform
from mspof_cli.published import Published
from mspof_cli.written import (
    ASCOF,
    ENGLAND,
    FINDINGS,
    LGINFORM,
    MANIFEST,
    MEASURES,
    METADATA,
    PARTICIPATION,
    QUALITY,
    REVISIONS,
    SAC,
    SPREADSHEET,
    TRENDS,
    WORKBOOK,
    Source,
)

# In some summaries only, so they might be left from the one before.
SOMETIMES = (TRENDS, REVISIONS, ENGLAND, SAC, SPREADSHEET)


def summary_files(published: Published, *, ods: bool = False, sources: Iterable[Source] = ()) -> dict[str, bytes]:
    """The files of a summary, by name; ``ods``: the workbook as an OpenDocument spreadsheet too.

    ``sources`` are the files that were read beside the returns.
    """
    tables = dict(_tables(published))
    described = json.dumps(metadata(published, tables), ensure_ascii=False, indent=2) + "\n"
    files = {name: as_csv(table) for name, table in tables.items()}
    files |= {METADATA: described.encode(), QUALITY: statement(published).encode(), WORKBOOK: workbook(published)}
    if ods:
        from mspof_cli.outputs.spreadsheet import spreadsheet

        files[SPREADSHEET] = spreadsheet(published)
    return {**files, MANIFEST: manifest(published, files, sources)}  # which is written last


def _tables(published: Published) -> Iterator[tuple[str, pl.DataFrame]]:
    """The tables for programs, by the names of their files."""
    yield MEASURES, published.measures.table
    if not published.trends.is_empty():
        yield TRENDS, published.trends
    if published.revisions is not None:
        yield REVISIONS, published.revisions
    yield PARTICIPATION, published.participation
    yield FINDINGS, published.findings
    if not published.england.is_empty():
        yield ENGLAND, published.england
    if published.sac is not None:
        yield SAC, published.sac
    yield ASCOF, as_ascof(published)
    yield LGINFORM, as_lginform(published)


def refuse_other_audience(folder: Path, published: Published) -> None:
    """``UsageError`` if a folder has a summary for another audience, with exact numbers beside protected ones."""
    try:
        described = json.loads((folder / METADATA).read_bytes())
    except (OSError, ValueError):
        return
    if described.get("dc:description") != published.audience.title:
        problem = f"'{folder}' has a summary for another audience. Exact numbers must not lie beside protected ones."
        raise UsageError(problem, "Choose another folder, or remove that one first.")


def as_csv(frame: pl.DataFrame) -> bytes:
    """A table as CSV (RFC 4180); text that a spreadsheet program would take for a formula is neutralised."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    safe = [
        pl.when(
            pl.any_horizontal(pl.col(name).str.starts_with(start) for start in FORMULA_STARTS)
            & ~pl.col(name).str.contains(f"^{NUMBER.pattern}$")
        )
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    ]
    return frame.with_columns(safe).write_csv(line_terminator="\r\n").encode()
