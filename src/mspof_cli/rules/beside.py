"""Rules on a council's quarters beside what SAC published for it: one finding for one cause, both figures as ranges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mspof_cli.findings import Trouble
from mspof_cli.intervals import Share
from mspof_cli.reconcile import (
    QUARTERS,
    Compared,
    Far,
    Swap,
    Year,
    compare,
    explained_by,
    grows_like_a_running_total,
    looks_cumulative,
    shares_apart,
    swapped,
    swapped_since,
    volume_distance,
    years,
)
from mspof_cli.returns import Return
from mspof_cli.rules.together import Met
from mspof_cli.sac import Publication, Published, Sac


def beside_sac(returns: Sequence[Return], sac: Sac) -> Iterator[Met]:
    """What the returns that count show beside SAC: each council's year, or where that was not published, its quarters."""
    for year in years(returns, sac):
        publication = sac.beside(year.start_year)
        if publication is None:
            continue
        why_not = _no_comparator(year, publication)
        if why_not:
            yield why_not
            continue
        compared = compare(year, publication, sac)
        yield from _not_supplied(year, compared, publication, sac)
        if publication.start_year == year.start_year:
            yield from _whole_year(year, compared, sac)
        else:
            for ret in year.returns:
                yield from _earlier_year(ret, year, publication, sac)


def _no_comparator(year: Year, publication: Publication) -> Met | None:
    if publication.has(year.council):
        return None
    existed = year.council.existed_throughout(publication.start_year)
    facts = {"council": year.council.name, "year": publication.year}
    return year.returns[-1].file, Trouble("SAC402" if existed else "SAC401", facts=facts)


def _not_supplied(year: Year, compared: dict[str, Compared], publication: Publication, sac: Sac) -> Iterator[Met]:
    """Wholes that were returned, and that SAC has nothing of; a council that returned none of it has nothing to compare."""
    missing = [
        name
        for name in sac.comparator.compared
        if name in compared and compared[name].sum and not compared[name].published.interval.is_known
    ]
    if missing:
        last = year.returns[-1]
        facts = {
            "council": year.council.name,
            "year": publication.year,
            "missing": ", ".join(f"'{_label(last, name)}'" for name in missing),
        }
        yield last.file, Trouble("SAC403", last.places(missing), facts=facts)


# --- the same year --------------------------------------------------------------------------------------------------


def _whole_year(year: Year, compared: dict[str, Compared], sac: Sac) -> Iterator[Met]:
    """Each whole that is off, or else its parts; what a whole further up explains is not said again."""
    explained: set[str] = set()
    for name in sac.comparator.compared:
        whole = compared.get(name)
        if whole is None or explained & {name, *explained_by(name, sac)}:
            continue
        parts = [compared[part] for part in sac.comparator.parts(sac.collection, name) if part in compared]
        off = [part for part in parts if part.is_off]
        if whole.is_off:
            explained.add(name)
            yield _finding(year, _cause(year, whole, sac), [whole], sac)
        elif off:
            explained |= {part.name for part in off}
            yield _parts_off(year, parts, off, sac)


def _cause(year: Year, whole: Compared, sac: Sac) -> str:
    """The likeliest cause of a whole that is off."""
    if whole.sum <= whole.allowed.low:
        return "SAC101"
    if looks_cumulative(whole):
        return "SAC105"
    if not year.covers(sac):
        return "SAC104"
    return "SAC101" if whole.is_whole_year else "SAC201"


def _parts_off(year: Year, parts: list[Compared], off: list[Compared], sac: Sac) -> Met:
    if not all(part.is_whole_year for part in parts):
        return _finding(year, "SAC201", off, sac)
    counts = {part.name: part.counts for part in parts}
    swap = swapped(counts, {part.name: part.allowed for part in parts})
    if swap is None:
        return _finding(year, "SAC102", off, sac)
    file, trouble = _finding(year, "SAC103", off, sac)
    ret = next(ret for ret in year.returns if ret.file == file)
    return file, trouble._replace(facts={**trouble.facts, **_swap_facts(ret, swap)})


def _swap_facts(ret: Return, swap: Swap) -> dict[str, object]:
    when = f"in Q{swap.quarter}" if swap.quarter else "in one quarter or more"
    return {"first": _label(ret, swap.first), "second": _label(ret, swap.second), "when": when}


def _finding(year: Year, code: str, off: list[Compared], sac: Sac) -> Met:
    """A finding about sums, in the last return that gave any of them."""
    quarter = max(quarter for each in off for quarter in each.counts)
    ret = next(ret for ret in year.returns if ret.who.period and ret.who.period.quarter == quarter)
    names = [each.name for each in off]
    facts = {
        "changes": "; ".join(_beside(ret, each) for each in off),
        "found": ", ".join(str(each.sum) for each in off),
        "allowed": ", ".join(str(each.allowed) for each in off),
        "most": ", ".join(str(each.allowed.high) for each in off),
        "counts": _by_quarter(off[0]),
    }
    measure = names[0]
    return ret.file, Trouble(code, ret.places(names), sac.collection.question_of(measure), measure, facts)


def _beside(ret: Return, compared: Compared) -> str:
    """Both figures as ranges: "SAC shows 120 for 'Enquiries completed', that is between 118 and 122; ..."."""
    quarters = len(compared.counts)
    number = {1: "one quarter", 2: "two quarters", 3: "three quarters", QUARTERS: "four quarters"}[quarters]
    verb = "comes" if quarters == 1 else "come"
    return (
        f"{_published(compared.published, _label(ret, compared.name))}; the {number} {verb} to {compared.sum}"
        f" ({_by_quarter(compared)})"
    )


def _published(published: Published, label: str) -> str:
    rounded = str(published.interval) != published.shown
    return f"SAC shows {published.shown} for '{label}'" + (f", that is {published.interval}" if rounded else "")


def _by_quarter(compared: Compared) -> str:
    return ", ".join(f"Q{quarter} {count}" for quarter, count in sorted(compared.counts.items()))


def _label(ret: Return, name: str) -> str:
    assert ret.form is not None
    return ret.form.label_of(name)


# --- an earlier year ------------------------------------------------------------------------------------------------


def _earlier_year(ret: Return, year: Year, publication: Publication, sac: Sac) -> Iterator[Met]:
    yield from _volume(ret, year, publication, sac)
    swapped_in = set()
    for whole in sac.comparator.compared:
        swap = swapped_since(ret, whole, year, publication, sac)
        if swap:
            question, names = sac.collection.question_of(whole), (swap.first, swap.second)
            swapped_in.add(question)
            values = ret.values()
            shown = (publication.figure(sac.collection, year.council, name) for name in names)
            changes = "; ".join(
                f"{_published(figure, _label(ret, name))} in {publication.year}, and this quarter has {values[name]}"
                for name, figure in zip(names, shown, strict=True)
            )
            facts = {**_swap_facts(ret, swap), "changes": changes}
            yield ret.file, Trouble("SAC103", ret.places(names), question, swap.first, facts)
    for apart in shares_apart(ret, year, publication, sac):
        derived, (part, base) = apart.derived, apart.counts
        facts = {
            "label": derived.label,
            "found": f"{100 * part / base:.0f} %",
            "base": base,
            "share": _percent(apart.published),
            "year": publication.year,
        }
        code = "SAC303" if apart.far is Far.QUERY else "SAC304"
        yield ret.file, Trouble(code, ret.places(derived.numerator), derived.question, derived.slug, facts)


def _volume(ret: Return, year: Year, publication: Publication, sac: Sac) -> Iterator[Met]:
    """The first whole that the quarter returned and SAC has, beside a quarter of SAC's year."""
    values = ret.values()
    for name in sac.comparator.compared:
        published, count = publication.figure(sac.collection, year.council, name), values.get(name)
        if count is None or published.interval.high is None:
            continue
        far, side = volume_distance(count, published.interval, sac.comparator.tolerances)
        if far is not Far.NEAR:
            code = _why_far(ret, year, name, far, side, sac)
            facts = {
                "changes": f"{_published(published, _label(ret, name))}, for the whole of {publication.year}; "
                f"this quarter alone comes to {count}",
                "found": count,
                "allowed": f"about a quarter of what SAC shows for {publication.year}",
                "counts": ", ".join(f"Q{quarter} {n}" for quarter, n in sorted(year.counts(name).items())),
                "year": publication.year,
            }
            yield ret.file, Trouble(code, ret.places([name]), sac.collection.question_of(name), name, facts)
        return


def _why_far(ret: Return, year: Year, name: str, far: Far, side: int, sac: Sac) -> str:
    if far is Far.NOTE:
        return "SAC302"
    so_far = {q: n for q, n in year.counts(name).items() if ret.who.period and q <= ret.who.period.quarter}
    if side > 0 and len(so_far) > 1 and grows_like_a_running_total(so_far):
        return "SAC105"
    return "SAC104" if side > 0 and not year.covers(sac) else "SAC301"


def _percent(share: Share) -> str:
    low, high = f"{100 * share.low:.0f}", f"{100 * share.high:.0f}"
    return f"{low} %" if low == high else f"{low} to {high} %"
