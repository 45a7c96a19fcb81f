"""The public log (docs/log.md): settings from the environment."""

from redcross_portal.environment import SettingError, data_dir, env_list, env_path, env_text, safe_url

# The keys that sign the log, for workers alone, and the witnesses whose signatures are served with ours.
LOG_KEY_FILE = env_path("LOG_KEY_FILE", data_dir() / "secrets" / "log_keys.json")
LOG_WITNESSES = env_list("LOG_WITNESSES", [])
# Where witnesses are asked (c2sp.org/tlog-witness): `name=submission prefix`, the name as in LOG_WITNESSES.
LOG_WITNESS_URLS: dict[str, str] = {}
for _pair in env_list("LOG_WITNESS_URLS", []):
    _name, _mark, _url = _pair.partition("=")
    if not _mark or _name not in {_text.split("+", 1)[0] for _text in LOG_WITNESSES}:
        _legal = "名称=https://…，名称须是 LOG_WITNESSES 里的一个"
        raise SettingError("LOG_WITNESS_URLS", f"“{_name}”不是 LOG_WITNESSES 里的见证方", _legal)
    LOG_WITNESS_URLS[_name] = safe_url("LOG_WITNESS_URLS", _url).rstrip("/")
# The copy off the machine: a directory that another machine's disk is mounted at.
LOG_MIRROR_DIR = env_path("LOG_MIRROR_DIR", data_dir()) if env_text("LOG_MIRROR_DIR", "") else None
