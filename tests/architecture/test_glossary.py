"""The glossary and the code use the same words."""

from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "core",
    "accounts",
    "organizations",
    "ledger",
    "donations",
    "spending",
    "reconciliation",
    "training",
    "transparency",
)


def _terms() -> dict[str, str]:
    """Identifier → term of each row of the glossary's table that names a model."""
    rows = (line.split("|") for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines())
    return {cells[2].strip().strip("`"): cells[1].strip() for cells in rows if len(cells) > 4}


def test_every_model_stands_in_the_glossary_by_its_own_name() -> None:
    terms = _terms()
    missing = {
        f"{label}.{model.__name__}": str(model._meta.verbose_name)
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        if terms.get(f"{label}.{model.__name__}") != str(model._meta.verbose_name)
    }
    assert missing == {}


def test_no_term_names_two_models() -> None:
    models = [term for identifier, term in _terms().items() if "." in identifier]
    assert sorted(models) == sorted(set(models))
