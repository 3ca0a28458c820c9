"""The form that the generator writes is the form that the reader reads, and the reader agrees with openpyxl."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from build import COLLECTION, EDITIONS, REGISTER
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import assert_agrees_with_openpyxl

from mspof_cli.layout import Form, Key
from mspof_cli.outputs.form import build_form
from mspof_cli.outputs.form.values import Value
from mspof_cli.returns import read_return
from mspof_cli.schemas import ANSWER
from mspof_cli.workbook import NotReadable, open_workbook

SAMPLES = Path(__file__).resolve().parent.parent / "sample_proformas"
FORMS = {slug: Form(COLLECTION, edition) for slug, edition in EDITIONS.items()}
COUNTS = st.none() | st.integers(0, 999_999)


@pytest.mark.parametrize("slug", FORMS)
@given(data=st.data())
@settings(max_examples=25)
def test_a_form_filled_at_random_reads_back_the_same(slug: str, data: st.DataObject) -> None:
    given_figures = {name: data.draw(COUNTS, name) for name in COLLECTION.figures}
    answers: dict[Key, Value] = {
        (figure.question, figure.measure, figure.respondent or ANSWER): value
        for name, figure in COLLECTION.figures.items()
        if (value := given_figures[name]) is not None
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "form.xlsx")
        path.write_bytes(build_form(FORMS[slug], (), answers))
        read = read_return(open_workbook(path), FORMS[slug], REGISTER, "form.xlsx")
    assert {name: given.value for name, given in read.figures.items()} == given_figures
    assert not [trouble for trouble in read.troubles if trouble.code.startswith("FORM")]


def readable() -> list[Path]:
    """Every sample that is a workbook."""
    samples = []
    for path in sorted([*SAMPLES.rglob("*.xlsx"), *SAMPLES.rglob("*.xlsm")]):
        try:
            open_workbook(path)
        except NotReadable:
            continue
        samples.append(path)
    return samples


@pytest.mark.parametrize("path", readable(), ids=lambda path: path.stem)
def test_the_reader_agrees_with_openpyxl(path: Path) -> None:
    assert_agrees_with_openpyxl(path)
