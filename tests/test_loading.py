"""The schemas that come with mspof load; a mistake in a data file is said with file, entry and remedy."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from build import COLLECTION, EDITIONS, SCHEMAS

from mspof_cli import loading
from mspof_cli.coherence import collection_problems, edition_problems, rule_problems
from mspof_cli.errors import MspofError, SchemaError
from mspof_cli.loading import Schemas, schemas_folder
from mspof_cli.schemas import Column, Council, Question, Rule, Tally

COLLECTION_FILE = "msp-outcomes/collection.toml"
RULES_FILE = "msp-outcomes/rules.toml"
EDITION_FILE = "msp-outcomes/editions/2018-19.toml"
CORRECT = "Correct the entry and run again."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the schemas, to make a mistake in."""
    return Path(shutil.copytree(SCHEMAS.folder, tmp_path / "schemas"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def load(folder: Path) -> None:
    """Everything that a command reads."""
    schemas = Schemas(folder)
    for slug in schemas.slugs:
        schemas.register(schemas.collection(slug))


def trouble(folder: Path) -> tuple[str, str]:
    with pytest.raises(SchemaError) as caught:
        load(folder)
    return caught.value.problem.replace(f"{folder}/", ""), caught.value.remedy


def test_what_comes_with_mspof_loads() -> None:
    assert SCHEMAS.slugs == ("msp-outcomes",)
    assert [edition.slug for edition in SCHEMAS.editions_of("msp-outcomes")] == ["2018-19", "2019-20"]
    assert SCHEMAS.editions_of("other") == ()
    assert SCHEMAS.collection("msp-outcomes") is COLLECTION
    assert SCHEMAS.register(COLLECTION) is SCHEMAS.register(COLLECTION)
    assert list(collection_problems(COLLECTION)) == []
    assert list(rule_problems(COLLECTION)) == []
    for edition in EDITIONS.values():
        assert list(edition_problems(COLLECTION, edition)) == []


def test_what_is_in_the_collection() -> None:
    assert [question.slug for question in COLLECTION.question if question.wording == "provisional"] == [
        "risk_involved",
        "understood",
        "listened",
        "happy",
        "safer",
    ]
    assert [derived.slug for derived in COLLECTION.derived if derived.headline] == [
        "asked_percent",
        "fully_achieved_percent",
        "fully_or_partially_achieved_percent",
        "risk_involved_percent",
        "safer_percent_adult",
    ]
    assert COLLECTION.expand(["achieved_all", "not_asked"]) == (
        "fully_achieved",
        "partially_achieved",
        "not_achieved",
        "not_asked",
    )
    assert COLLECTION.question_of("safer_answered_adult") == "safer"
    assert COLLECTION.figures["happy_very_adult"] == ("happy_very_adult", "happy_very", "Very happy", "happy", "adult")


LINE = 'line = "asked_all == enquiries_completed"'
NOT_A_NAME = "is not a name that belongs there"
OTHER_KIND = ("is not the kind of value that belongs there.", "See the README in the folder of schemas.")

MISTAKES: dict[str, tuple[str, str, str, str, str]] = {
    "misspelt key of a rule": (
        RULES_FILE,
        'title = "The five',
        'titel = "The five',
        f"{RULES_FILE}: rule 1 (MSP101), 'titel' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "key of a rule too many": (
        RULES_FILE,
        LINE,
        f'{LINE}\ncolour = "red"',
        f"{RULES_FILE}: rule 1 (MSP101), 'colour' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "misspelt table of rules": (
        RULES_FILE,
        "[[rule]]",
        "[[rules]]",
        f"{RULES_FILE}: 'rules' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "misspelt severity": (
        RULES_FILE,
        'severity = "note"',
        'severity = "warning"',
        f"{RULES_FILE}: rule 2 (MSP102), 'severity' is not one of the values allowed.",
        "Use 'error', 'query' or 'note'.",
    ),
    "missing key of a rule": (
        RULES_FILE,
        'code = "MSP101"\n',
        "",
        f"{RULES_FILE}: rule 1 (asked), 'code' is missing.",
        "Add it.",
    ),
    "an example of another kind": (
        RULES_FILE,
        "breaks = [{ asked_expressed = 30,",
        'breaks = [{ asked_expressed = "thirty",',
        f"{RULES_FILE}: rule 1 (MSP101), breaks 1, 'asked_expressed' {OTHER_KIND[0]}",
        OTHER_KIND[1],
    ),
    "a rule that nothing breaks": (
        RULES_FILE,
        "breaks = [{ asked_expressed",
        "# [{ asked_expressed",
        f"{RULES_FILE}: rule MSP101 needs a line, and at least one example that breaks it.",
        CORRECT,
    ),
    "a rule without a line": (
        RULES_FILE,
        LINE,
        "",
        f"{RULES_FILE}: rule MSP101 needs a line, and at least one example that breaks it.",
        CORRECT,
    ),
    "the same code twice": (
        RULES_FILE,
        'code = "MSP102"',
        'code = "MSP101"',
        f"{RULES_FILE}: the rule code MSP101 is used more than once.",
        CORRECT,
    ),
    "division in a line": (
        RULES_FILE,
        LINE,
        'line = "asked_all / enquiries_completed == 1"',
        (
            f"{RULES_FILE}: the line of rule MSP101 can't be used: "
            "'asked_all / enquiries_completed' is not allowed in a line."
        ),
        CORRECT,
    ),
    "a function in a line": (
        RULES_FILE,
        LINE,
        'line = "max(asked_all, 1) == 1"',
        f"{RULES_FILE}: the line of rule MSP101 can't be used: 'max(asked_all, 1)' is not allowed in a line.",
        CORRECT,
    ),
    "half a line": (
        RULES_FILE,
        LINE,
        'line = "asked_all =="',
        f"{RULES_FILE}: the line of rule MSP101 can't be used: it is not one line of arithmetic and comparisons.",
        CORRECT,
    ),
    "an unknown name in a line": (
        RULES_FILE,
        LINE,
        'line = "asked_al == enquiries_completed"',
        f"{RULES_FILE}: the line of rule MSP101 names 'asked_al', which is not a figure, a total or a question.",
        CORRECT,
    ),
    "an unknown question of a rule": (
        RULES_FILE,
        'question = "asked"',
        'question = "askt"',
        f"{RULES_FILE}: rule MSP101 names the question 'askt', which is not declared.",
        CORRECT,
    ),
    "a word that can't be filled in": (
        RULES_FILE,
        "come to {left}",
        "come to {lft}",
        f"{RULES_FILE}: 'message' of rule MSP101 uses {{lft}}, which its line does not give.",
        CORRECT,
    ),
    "a figure that the line does not speak of": (
        RULES_FILE,
        "come to {left}",
        "come to {fully_achieved}",
        f"{RULES_FILE}: 'message' of rule MSP101 uses {{fully_achieved}}, which its line does not give.",
        CORRECT,
    ),
    "the label of a total": (
        RULES_FILE,
        "come to {left}",
        "come to {asked_all.label}",
        f"{RULES_FILE}: 'message' of rule MSP101 uses {{asked_all.label}}, which its line does not give.",
        CORRECT,
    ),
    "half a curly bracket": (
        RULES_FILE,
        "come to {left}",
        "come to {left",
        f"{RULES_FILE}: 'message' of rule MSP101 has a curly bracket without its other half.",
        CORRECT,
    ),
    "no words for what was found": (
        RULES_FILE,
        'found = "Q2 returned and Q1 blank"\n',
        "",
        (
            f"{RULES_FILE}: 'found' of rule MSP203 uses {{found}}, which its line does not give: "
            "give it, since the line is not a single comparison."
        ),
        CORRECT,
    ),
    **{
        f"{key} a year written {year}": (
            RULES_FILE,
            'code = "MSP101"\n',
            f'code = "MSP101"\n{key} = "{year}"\n',
            f"{RULES_FILE}: rule MSP101 gives '{year}', which is not a financial year such as 2018-19.",
            CORRECT,
        )
        for key, year in (("since", "2019"), ("since", "2019/20"), ("until", "2019-2020"), ("until", "2019-21"))
    },
    **{
        f"an edition for a year written {year}": (
            EDITION_FILE,
            'years = ["2018-19"]',
            f'years = ["2018-19", "{year}"]',
            f"{EDITION_FILE}: '{year}' is not a financial year such as 2018-19.",
            CORRECT,
        )
        for year in ("2019", "2019/20", "2019-2020", "2019-21", " 2019-20", "")
    },
    "a key that is gone": (
        COLLECTION_FILE,
        'slug = "mailbox"\n',
        'slug = "mailbox"\npersonal = true\n',
        f"{COLLECTION_FILE}: cover 9 (mailbox), 'personal' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "misspelt key of the collection": (
        COLLECTION_FILE,
        "short_name",
        "shortname",
        f"{COLLECTION_FILE}: 'shortname' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "misspelt key of a question": (
        COLLECTION_FILE,
        'wording = "published"\n[question.answers]\nenq',
        'wording = "public"\n[question.answers]\nenq',
        f"{COLLECTION_FILE}: question 1 (enquiries), 'wording' is not one of the values allowed.",
        "Use 'published' or 'provisional'.",
    ),
    "an unknown name in a total": (
        COLLECTION_FILE,
        'of = ["fully_achieved",',
        'of = ["full_achieved",',
        f"{COLLECTION_FILE}: total 'achieved_all' names 'full_achieved', which is not declared.",
        CORRECT,
    ),
    "a total in a total": (
        COLLECTION_FILE,
        'of = ["fully_achieved",',
        'of = ["asked_all",',
        f"{COLLECTION_FILE}: total 'achieved_all' names 'asked_all', which is not declared.",
        CORRECT,
    ),
    "an unknown name in a percentage": (
        COLLECTION_FILE,
        'denominator = ["asked_all"]',
        'denominator = ["asked_total"]',
        f"{COLLECTION_FILE}: derived measure 'asked_percent' names 'asked_total', which is not declared.",
        CORRECT,
    ),
    "an unknown question of a percentage": (
        COLLECTION_FILE,
        'question = "asked"',
        'question = "askt"',
        f"{COLLECTION_FILE}: derived measure 'asked_percent' names 'askt', which is not declared.",
        CORRECT,
    ),
    "an unknown watched count": (
        COLLECTION_FILE,
        '"enquiries_completed", "asked_all"',
        '"enquiries", "asked_all"',
        f"{COLLECTION_FILE}: watched_counts names 'enquiries', which is not declared.",
        CORRECT,
    ),
    "an unknown respondent": (
        COLLECTION_FILE,
        'respondents = ["adult", "representative"]',
        'respondents = ["adult", "carer"]',
        f"{COLLECTION_FILE}: question 'understood' names the respondent 'carer', who is not declared.",
        CORRECT,
    ),
    "a question without answers": (
        COLLECTION_FILE,
        '[question.answers]\nenquiries_completed = "Enquiries completed"',
        "",
        f"{COLLECTION_FILE}: question 'enquiries' must have either answers or columns.",
        CORRECT,
    ),
    "a measure in two questions": (
        COLLECTION_FILE,
        'not_achieved = "Not achieved"',
        'not_asked = "Not achieved"',
        f"{COLLECTION_FILE}: the name 'not_asked' is used more than once.",
        CORRECT,
    ),
    "a cover without a line that is needed": (
        COLLECTION_FILE,
        'slug = "submission"',
        'slug = "version"',
        f"{COLLECTION_FILE}: the cover has no field 'submission'.",
        CORRECT,
    ),
    "a base of none": (
        COLLECTION_FILE,
        "share_minimum_base = 20",
        "share_minimum_base = 0",
        f"{COLLECTION_FILE}: 'tolerances', 'share_minimum_base' {OTHER_KIND[0]}",
        OTHER_KIND[1],
    ),
    "misspelt key of an edition": (
        EDITION_FILE,
        "guidance_sheet",
        "guidance",
        f"{EDITION_FILE}: 'guidance' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "misspelt key of a block": (
        EDITION_FILE,
        'heading = "B5"',
        'header = "B5"',
        f"{EDITION_FILE}: block 1 (enquiries), 'header' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "two labels in one cell": (
        EDITION_FILE,
        'not_asked = "B13"',
        'not_asked = "B12"',
        f"{EDITION_FILE}: two labels stand in cell B12 of sheet 'Questions'.",
        CORRECT,
    ),
    "no cell": (
        EDITION_FILE,
        'not_asked = "B13"',
        'not_asked = "13B"',
        f"{EDITION_FILE}: '13B' is not the address of a cell, such as C8.",
        CORRECT,
    ),
    "row 0": (
        EDITION_FILE,
        'not_asked = "B13"',
        'not_asked = "B0"',
        f"{EDITION_FILE}: 'B0' is not the address of a cell, such as C8.",
        CORRECT,
    ),
    "a block without a row": (
        EDITION_FILE,
        'not_asked = "B13"\n',
        "",
        f"{EDITION_FILE}: block 'asked' has no row 'not_asked'.",
        CORRECT,
    ),
    "a block with a row too many": (
        EDITION_FILE,
        'not_asked = "B13"',
        'not_asked = "B13"\nasked_twice = "B16"',
        f"{EDITION_FILE}: block 'asked' has a row 'asked_twice', which the collection does not have.",
        CORRECT,
    ),
    "a block without a column": (
        EDITION_FILE,
        'columns = { adult = "C5", representative = "D5" }',
        'columns = { adult = "C5" }',
        f"{EDITION_FILE}: block 'understood' has no column 'representative'.",
        CORRECT,
    ),
    "a cover without a row": (
        EDITION_FILE,
        'signed_off = "B17"\n',
        "",
        f"{EDITION_FILE}: cover has no row 'signed_off'.",
        CORRECT,
    ),
    "a question without a block": (
        EDITION_FILE,
        'question = "safer"',
        'question = "happy"',
        f"{EDITION_FILE}: it must have one block for each question of the collection.",
        CORRECT,
    ),
    "comments on no question": (
        EDITION_FILE,
        'safer = "B13"',
        'safest = "B13"',
        f"{EDITION_FILE}: comments has no row 'safer'.",
        CORRECT,
    ),
    "a label without words": (
        EDITION_FILE,
        'columns = { answer = { cell = "C9", label = "Number" } }',
        'columns = { answer = "C9" }',
        f"{EDITION_FILE}: the label in cell C9 of sheet 'Questions' has no words.",
        CORRECT,
    ),
    "an edition of another name": (
        EDITION_FILE,
        'slug = "2018-19"',
        'slug = "2018"',
        f"{EDITION_FILE}: 'slug' is not the file's name.",
        'Write: slug = "2018-19"',
    ),
    "two editions of one version": (
        "msp-outcomes/editions/2019-20.toml",
        'version = "MSPOF 2019-20 version 1"',
        'version = "MSPOF 2018-19 Version 1"',
        "msp-outcomes/editions/2019-20.toml: another edition has the same 'version'.",
        "Give each edition its own.",
    ),
    "a line of CSV with a field too few": (
        "councils.csv",
        "E06000005,,117,Darlington,Darlington Borough Council,Unitary,E12000001,North East,,,,",
        "E06000005,,117,Darlington,Darlington Borough Council,Unitary",
        "councils.csv: line 6, 'region_code' is missing.",
        "Add it.",
    ),
    "a line of CSV with a field too many": (
        "councils.csv",
        "E06000005,,117,Darlington,",
        "E06000005,,117,Darlington,,",
        f"councils.csv: line 6, 'more values than there are columns' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "a comma at the end of a line of CSV": (
        "councils.csv",
        (
            "E06000004,,114,Stockton-on-Tees,Stockton-on-Tees Borough Council,Unitary,E12000001,North East,,,,"
            "NHS Digital 2020-21 ASCS annex,"
        ),
        (
            "E06000004,,114,Stockton-on-Tees,Stockton-on-Tees Borough Council,Unitary,E12000001,North East,,,,"
            "NHS Digital 2020-21 ASCS annex,,"
        ),
        f"councils.csv: line 5, 'more values than there are columns' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "a date as Excel writes it": (
        "councils.csv",
        "2019-03-31",
        "31/03/2019",
        f"councils.csv: line 29, 'valid_to' {OTHER_KIND[0]}",
        OTHER_KIND[1],
    ),
    "a heading of CSV misspelt": (
        "councils.csv",
        "ons_code,",
        "ons,",
        f"councils.csv: line 2, 'ons' {NOT_A_NAME}.",
        "Correct its spelling, or remove it.",
    ),
    "a code of two councils": (
        "demonstration_councils.csv",
        "DEMO00002,",
        "E08000038,",
        "demonstration_councils.csv: two councils have the ONS code E08000038.",
        CORRECT,
    ),
    "a quotation mark that is not closed": (
        "councils.csv",
        "E06000005,,117,Darlington",
        'E06000005,,117,"Darlington',
        "councils.csv can't be read.",
        "Check that it is there and is CSV in UTF-8.",
    ),
    "a register that is not there": (
        COLLECTION_FILE,
        '"councils.csv"',
        '"council.csv"',
        "council.csv can't be read.",
        "Check that it is there and is CSV in UTF-8.",
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('policy = "none"', 'policy = "some"', "the policy 'some' of 'internal' is not there."),
        ('of each council."\npolicy = "nhs-sac"', 'of each council."\npolicy = "nhs-hes"',
         "the policy of 'participants' is not that of 'public'."),
        ('"region"]\ncouncils = 3', '"region", "council"]\ncouncils = 1', None),
        ('"region"]\ncouncils = 3', '"region"]\ncouncils = 0',
         "'participants' is shown less than 'public', which stands above it."),
    ],
)  # fmt: skip
def test_audiences_stand_from_the_many_to_the_few(old: str, new: str, problem: str | None, folder: Path) -> None:
    """Who can read what those above are shown is shown no less, nor the same numbers in another way."""
    edit(folder, "disclosure.toml", old, new)
    if problem is None:
        assert [each.slug for each in Schemas(folder).audiences["public"][0].closer] == ["participants"]
    else:
        with pytest.raises(SchemaError) as caught:
            _ = Schemas(folder).audiences
        assert caught.value.problem.removeprefix(f"{folder}/") == f"disclosure.toml: {problem}"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_data_file(name: str, folder: Path) -> None:
    file, old, new, problem, remedy = MISTAKES[name]
    edit(folder, file, old, new)
    assert trouble(folder) == (problem, remedy)


def test_what_is_not_toml(folder: Path) -> None:
    (folder / RULES_FILE).write_text("[[rule]\n", encoding="utf-8")
    problem, remedy = trouble(folder)
    assert problem.startswith(f"{RULES_FILE} is not TOML: ")
    assert "line 1" in problem
    assert remedy == "Correct the line that is named."


@pytest.mark.parametrize(
    ("change", "problem", "remedy"),
    [
        (
            lambda folder: (folder / RULES_FILE).unlink(),
            f"{RULES_FILE} can't be read.",
            "Check that the file is there and that you may read it.",
        ),
        (
            lambda folder: (folder / "councils.csv").write_bytes(b"ons_code\n\xff\n"),
            "councils.csv can't be read.",
            "Check that it is there and is CSV in UTF-8.",
        ),
    ],
)
def test_a_file_that_cannot_be_read(change: Callable[[Path], object], problem: str, remedy: str, folder: Path) -> None:
    change(folder)
    assert trouble(folder) == (problem, remedy)


def test_a_folder_without_collections(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(SchemaError) as caught:
            Schemas(folder)
        assert (caught.value.problem, caught.value.remedy) == (
            f"'{folder}' has no collection in it.",
            "Give --schemas a folder that holds a folder with a file 'collection.toml' for each collection.",
        )


def test_a_folder_without_editions(folder: Path) -> None:
    shutil.rmtree(folder / "msp-outcomes" / "editions")
    with pytest.raises(SchemaError) as caught:
        load(folder)
    assert (caught.value.problem, caught.value.remedy) == (
        f"'{folder}' has no edition in it.",
        "Add a file in 'editions' of a collection.",
    )


def test_files_saved_by_notepad_and_excel_start_with_a_mark(folder: Path) -> None:
    for path in (folder / "councils.csv", folder / RULES_FILE, folder / EDITION_FILE):
        text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
        path.write_text(text, encoding="utf-8-sig", newline="")
    load(folder)
    assert Schemas(folder).register(COLLECTION).councils == SCHEMAS.register(COLLECTION).councils


def test_schemas_that_are_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert schemas_folder() == SCHEMAS.folder
    monkeypatch.setattr(loading, "__file__", str(tmp_path / "src" / "mspof_cli" / "loading.py"))
    with pytest.raises(MspofError) as caught:
        schemas_folder()
    assert caught.value.remedy == "Install mspof again, or give --schemas FOLDER."
    (tmp_path / "src" / "mspof_cli" / "data").mkdir(parents=True)
    assert schemas_folder() == tmp_path / "src" / "mspof_cli" / "data"


def test_models_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        COLLECTION.slug = "other"


def test_a_council_has_dates() -> None:
    fields = {"ons_code", "name", "council_type", "region_code", "region_name", "register_name"}
    assert {name for name, field in Council.model_fields.items() if field.is_required()} == fields


def tallied(**tally: object) -> list[str]:
    """The problems of a list with one tally."""
    question = Question(
        slug="cases",
        label="Cases",
        heading="Cases",
        text="",
        wording="provisional",
        columns=(
            Column(slug="service", label="Service", kind="choice", choices=("Adults",)),
            Column(slug="score", label="Score", kind="number"),
        ),
        tallies=(Tally.model_validate({"measure": "some", "label": "Some", **tally}),),
    )
    collection = COLLECTION.model_validate(COLLECTION.model_dump() | {"question": (*COLLECTION.question, question)})
    return list(collection_problems(collection))


@pytest.mark.parametrize(
    ("tally", "problems"),
    [
        ({}, []),
        ({"where": {"service": "Adults"}, "when": "score >= 8"}, []),
        (
            {"where": {"service": "Adult"}},
            ["tally 'some' counts 'Adult', which is not a choice of a column 'service'."],
        ),
        (
            {"where": {"srvice": "Adults"}},
            ["tally 'some' counts 'Adults', which is not a choice of a column 'srvice'."],
        ),
        ({"when": "scor > 8"}, ["the line of tally 'some' names 'scor', which is not a column of numbers."]),
        ({"when": "service > 8"}, ["the line of tally 'some' names 'service', which is not a column of numbers."]),
        ({"when": "score / 2 > 4"}, ["the line of tally 'some' can't be used: 'score / 2' is not allowed in a line."]),
    ],
)
def test_tallies_speak_of_their_list(tally: dict[str, object], problems: list[str]) -> None:
    assert tallied(**tally) == problems


def test_every_problem_is_found_and_not_only_the_first() -> None:
    rule = COLLECTION.rule[0].model_dump()
    changes: tuple[dict[str, object], ...] = (
        {"code": "A", "line": None},
        {"code": "B", "line": "1 +"},
        {"code": "C", "line": "asked_all == other"},
        {"code": "D", "fix": "{"},
        {"code": "E", "question": None, "message": "{found} {expected} {0}"},
    )
    rules = tuple(Rule.model_validate(rule | change) for change in changes)
    assert list(rule_problems(COLLECTION.model_copy(update={"rule": rules}))) == [
        "rule A needs a line, and at least one example that breaks it.",
        "the line of rule B can't be used: it is not one line of arithmetic and comparisons.",
        "the line of rule C names 'other', which is not a figure, a total or a question.",
        "'fix' of rule D has a curly bracket without its other half.",
        "rule E names the question 'None', which is not declared.",
        "'message' of rule E uses {0}, which its line does not give.",
    ]


def test_every_problem_of_an_edition_is_found_and_not_only_the_first() -> None:
    edition = EDITIONS["2018-19"]
    cover = edition.cover.model_copy(update={"rows": {**edition.cover.rows, "year": "C7", "other": "B9"}})
    assert list(edition_problems(COLLECTION, edition.model_copy(update={"cover": cover}))) == [
        "cover has a row 'other', which the collection does not have.",
        "two labels stand in cell C7 of sheet 'Cover'.",
        "two labels stand in cell B9 of sheet 'Cover'.",
        "the label in cell B9 of sheet 'Cover' has no words.",
    ]
    for cell in ("", "B", "b9", "B0"):
        cover = edition.cover.model_copy(update={"rows": {**edition.cover.rows, "year": cell}})
        assert list(edition_problems(COLLECTION, edition.model_copy(update={"cover": cover}))) == [
            f"'{cell}' is not the address of a cell, such as C8."
        ]
