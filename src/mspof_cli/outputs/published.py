"""What was understood of published files: in a few lines for people, and every figure as a tidy table."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from mspof_cli.outputs.safe import csv_text, printable
from mspof_cli.outputs.text import Line, Report, number_of
from mspof_cli.sac import NOTHING, Publication, Sac

COLUMNS = ("ons_code", "year", "measure", "low", "high", "published", "source")
EXACTNESS = {"exact": "Exact to 2", "wide": "Within more", "suppressed": "Suppressed", "missing": "Missing"}
REMARKS_SHOWN = 10


def compose_sac(sac: Sac) -> Report:
    """For each publication, how many figures of each measure are how exact; then what was not understood."""
    headings = ("Year", "Measure", *EXACTNESS.values())
    rows = [row for publication in sac.publications for row in _rows(publication, sac)]
    lines = [line for publication in sac.publications for line in _lines(publication, sac)]
    return Report(headings, tuple(rows), tuple(lines))


def _rows(publication: Publication, sac: Sac) -> Iterator[tuple[str, ...]]:
    for measure in sac.comparator.measures:
        figures = (row.get(measure, NOTHING) for row in publication.figures.values())
        counts = Counter(figure.exactness for figure in figures)
        label = sac.collection.figures[measure].label
        yield publication.year, label, *(str(counts[exactness]) for exactness in EXACTNESS)


def _lines(publication: Publication, sac: Sac) -> Iterator[Line]:
    councils = number_of(len(publication.figures), "council")
    yield Line()
    title = f"{sac.comparator.publication}, {publication.year}: {councils}, from {publication.layout}"
    yield Line(title, kind="heading")
    yield Line(printable(publication.file), 2, "detail")
    for remark in (*publication.gaps, *publication.remarks[:REMARKS_SHOWN]):
        yield Line(printable(remark), 2)
    more = len(publication.remarks) - REMARKS_SHOWN
    if more > 0:
        yield Line(f"and {more} more like these.", 2)


def sac_csv(sac: Sac) -> str:
    """Every figure, one a line; ``low`` and ``high`` are empty where they are not known."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for publication in sac.publications:
        for code, row in sorted(publication.figures.items()):
            for measure in sac.comparator.measures:
                figure = row.get(measure, NOTHING)
                low = figure.interval.low if figure.interval.is_known else ""
                high = "" if figure.interval.high is None else figure.interval.high
                shown, source = (csv_text(printable(part)) for part in (figure.shown, figure.source))
                writer.writerow((code, publication.year, measure, low, high, shown, source))
    return text.getvalue()
