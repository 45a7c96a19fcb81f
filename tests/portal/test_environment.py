"""Settings from the environment: right values are taken, wrong ones are named in one line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redcross_portal import environment
from redcross_portal.environment import SettingError


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EXAMPLE", "EXAMPLE_FILE"):
        monkeypatch.delenv(name, raising=False)


def _error(monkeypatch: pytest.MonkeyPatch, value: str, read: object) -> str:
    monkeypatch.setenv("EXAMPLE", value)
    with pytest.raises(SettingError) as caught:
        read()  # type: ignore[operator]
    text = str(caught.value)
    assert "\n" not in text
    assert "EXAMPLE" in text
    return text


@pytest.mark.parametrize("word", ["1", "true", "YES", "On"])
def test_a_switch_is_on_for_each_word_that_says_so(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("EXAMPLE", word)
    assert environment.env_bool("EXAMPLE", False) is True


@pytest.mark.parametrize("word", ["0", "false", "No", "OFF"])
def test_a_switch_is_off_for_each_word_that_says_so(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("EXAMPLE", word)
    assert environment.env_bool("EXAMPLE", True) is False


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", " ")
    assert environment.env_bool("EXAMPLE", True) is True
    assert environment.env_int("EXAMPLE", 7, minimum=1, maximum=9) == 7


def test_a_wrong_switch_is_named_with_what_is_legal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1 或 0" in _error(monkeypatch, "vielleicht", lambda: environment.env_bool("EXAMPLE", True))


@pytest.mark.parametrize("value", ["0", "65536", "80a", "8_0", "٨٠", "1.0", "9" * 30])
def test_a_wrong_number_is_named_with_its_bounds(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    text = _error(monkeypatch, value, lambda: environment.env_int("EXAMPLE", 1, minimum=1, maximum=65535))
    assert "1 至 65535" in text


@given(number=st.integers(min_value=-50, max_value=50))
def test_a_number_is_taken_exactly_when_it_lies_within_its_bounds(number: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("EXAMPLE", str(number))
        if -10 <= number <= 10:
            assert environment.env_int("EXAMPLE", 0, minimum=-10, maximum=10) == number
        else:
            with pytest.raises(SettingError):
                environment.env_int("EXAMPLE", 0, minimum=-10, maximum=10)


def test_a_choice_outside_the_list_is_refused_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    text = _error(monkeypatch, "huge", lambda: environment.env_text("EXAMPLE", choices=("small", "province")))
    assert "small、province" in text


def test_a_wrong_address_is_refused_without_showing_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("mysql://u:geheim@h/d", "postgresql://u:geheim@h:port/d"):
        text = _error(monkeypatch, value, lambda: environment.env_database("EXAMPLE"))
        assert "geheim" not in text


def test_a_secret_comes_from_the_variable_then_the_named_file_then_the_default_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "named").write_text("from-named\n", encoding="utf-8")
    (tmp_path / "default").write_text("from-default\n", encoding="utf-8")
    assert environment.env_secret("EXAMPLE", tmp_path / "default") == "from-default"
    monkeypatch.setenv("EXAMPLE_FILE", str(tmp_path / "named"))
    assert environment.env_secret("EXAMPLE", tmp_path / "default") == "from-named"
    monkeypatch.setenv("EXAMPLE", "from-variable")
    assert environment.env_secret("EXAMPLE", tmp_path / "default") == "from-variable"


def test_a_secret_file_that_is_absent_or_empty_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXAMPLE_FILE", str(tmp_path / "absent"))
    with pytest.raises(SettingError, match="EXAMPLE_FILE"):
        environment.env_secret("EXAMPLE")
    (tmp_path / "absent").write_text("\n", encoding="utf-8")
    with pytest.raises(SettingError, match="空的"):
        environment.env_secret("EXAMPLE")


def test_a_database_address_becomes_a_setting_of_django(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXAMPLE", "postgresql://user:p%40ss@db.example.org:6432/portal?sslmode=require")
    setting = environment.env_database("EXAMPLE", conn_max_age=60)
    assert (setting["USER"], setting["PASSWORD"], setting["HOST"], setting["PORT"], setting["NAME"]) == (
        "user",
        "p@ss",
        "db.example.org",
        "6432",
        "portal",
    )
    assert setting["OPTIONS"] == {"sslmode": "require"}


def test_a_socket_directory_survives_the_way_through_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    url = environment.database_url(user="portal_app", name="portal", socket_dir=Path("/run/a b&c"))
    monkeypatch.setenv("EXAMPLE", url)
    assert environment.env_database("EXAMPLE")["HOST"] == "/run/a b&c"


def test_celery_gets_the_same_redis_in_its_own_words() -> None:
    assert environment.celery_broker_url("unix:///tmp/r.sock?db=2") == "redis+socket:///tmp/r.sock?virtual_host=2"
    assert environment.celery_broker_url("redis://h:6379/1") == "redis://h:6379/1"


def test_a_file_of_settings_fills_in_what_the_environment_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("# comment\nexport EXAMPLE='from # file'\nEXAMPLE_FILE=plain # why\n\n", encoding="utf-8")
    monkeypatch.setenv("EXAMPLE_FILE", "from environment")
    # Set and taken away again, so that what the file brings in is undone after the test.
    monkeypatch.setenv("EXAMPLE", "")
    monkeypatch.delenv("EXAMPLE")
    environment.load_env_file(file)
    assert environment.env_text("EXAMPLE") == "from # file"
    assert environment.env_text("EXAMPLE_FILE") == "from environment"


def test_a_broken_line_is_told_by_its_number_and_not_by_its_text(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# first\nhunter2 without a name\n", encoding="utf-8")
    with pytest.raises(SettingError, match="第 2 行") as caught:
        environment.load_env_file(file)
    assert "hunter2" not in str(caught.value)


def test_a_relative_path_counts_from_the_project_wherever_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EXAMPLE", "elsewhere/var")
    monkeypatch.chdir(tmp_path)
    assert environment.env_path("EXAMPLE", tmp_path) == environment.BASE_DIR / "elsewhere/var"
    monkeypatch.setenv("EXAMPLE", "/srv/portal")
    assert environment.env_path("EXAMPLE", tmp_path) == Path("/srv/portal")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("SMS_1", ("SMS_1", (("code", "code"), ("minutes", "minutes")))),
        ("449739:minutes", ("449739", (("minutes", "minutes"),))),
        ("a-_Z: thing1 = code , time2=minutes", ("a-_Z", (("thing1", "code"), ("time2", "minutes")))),
        ("", None),
    ],
)
def test_a_filed_template_is_its_id_and_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, value: str, found: object
) -> None:
    monkeypatch.setenv("EXAMPLE", value)
    assert environment.env_template("EXAMPLE", ("code", "minutes"), required=False) == found


@pytest.mark.parametrize("value", ["SMS 1", "SMS_1:", "SMS_1:kode", "SMS_1:a=", "SMS_1:code,", ":code", "短信:code"])
def test_a_wrong_template_is_named_with_what_it_may_take(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    said = _error(monkeypatch, value, lambda: environment.env_template("EXAMPLE", ("code", "minutes"), required=True))
    assert "code、minutes" in said
