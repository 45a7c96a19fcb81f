"""Parts of the way from nothing to a page that need no server."""

from itertools import pairwise
from pathlib import Path

from redcross_portal.supervisor.portal import static_fingerprint


def test_static_files_are_collected_again_exactly_when_one_of_them_changed(tmp_path: Path) -> None:
    for name in ("requirements", "static/css", "core/static", "var/static"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "requirements" / "base.txt").write_text("a==1", encoding="utf-8")
    (tmp_path / "static" / "css" / "base.css").write_text("a {}", encoding="utf-8")
    seen = [static_fingerprint(tmp_path)]
    assert static_fingerprint(tmp_path) == seen[0]
    (tmp_path / "static" / "css" / "base.css").write_text("a { }", encoding="utf-8")
    seen.append(static_fingerprint(tmp_path))
    (tmp_path / "core" / "static" / "own.js").write_text("", encoding="utf-8")
    seen.append(static_fingerprint(tmp_path))
    (tmp_path / "core" / "static" / "own.js").unlink()
    seen.append(static_fingerprint(tmp_path))
    (tmp_path / "requirements" / "base.txt").write_text("a==2", encoding="utf-8")
    seen.append(static_fingerprint(tmp_path))
    assert all(before != after for before, after in pairwise(seen))
