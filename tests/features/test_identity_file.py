"""The file of identity providers: what is wrong in it stops the start with one line that names the place."""

from pathlib import Path

import pytest

from config.identity import IdentityError, read_identity
from config.settings import SettingsError, read_settings
from repository.bootstrap import open_services
from repository.core.actor import Role
from repository.engines.sign_in.port import AttributeRule

EXAMPLE = Path("deploy/identity.toml")
PLAIN = """
[provider.odd]
issuer = "https://login.example.org"
names = { en = "Odd" }
client_id = "the-site"
"""
RULE = PLAIN + "[[provider.odd.rule]]\n"


def changed(old: str, new: str) -> str:
    assert old in PLAIN
    return PLAIN.replace(old, new)


ODD = {
    "": "provider: Field required",
    "provider = 3": "provider",
    "[provider]": "provider",
    "[provider": "Expected",
    changed("provider.odd", "provider.Odd"): "provider.Odd",
    changed("provider.odd", "provider.'../x'"): "provider.../x",
    changed("https://login", "http://login"): "https://",
    changed("https://login", "ftp://login"): "https://",
    changed("https://login.example.org", ""): "issuer",
    changed("https://login.example.org", "https://"): "issuer",
    changed("https://login.example.org", "https://a b.example.org"): "issuer",
    changed("https://login.example.org", "https://login.example.org?x=1"): "issuer",
    changed("https://login.example.org", "https://login.example.org#x"): "issuer",
    changed("https://login.example.org", "https://user:secret-word@login.example.org"): "issuer",
    changed("https://login.example.org", "https://login.example.org:port"): "issuer",
    changed('en = "Odd"', 'de = "Odd"'): "names",
    changed('en = "Odd"', 'zh = "怪"'): "names: needs a name in English",
    changed('en = "Odd"', 'en = ""'): "names.en",
    changed('"the-site"', '""'): "client_id",
    changed('"the-site"', '" "'): "client_id",
    changed('"the-site"', '"a\\nb"'): "client_id",
    PLAIN + 'client_secret = "x"': "client_secret: Extra inputs",
    PLAIN + 'client_secret_env = "no name"': "client_secret_env",
    PLAIN + 'client_secret_env = "NOT_SET_ANYWHERE"': "client_secret_env: NOT_SET_ANYWHERE is not set",
    PLAIN + 'client_secret_env = "BROKEN_SECRET"': "BROKEN_SECRET has control characters",
    PLAIN + 'client_authentication = "none"': "client_authentication",
    PLAIN + "scopes = []": "scopes: must hold openid",
    PLAIN + 'scopes = ["openid email"]': "scopes.0",
    PLAIN + 'algorithms = ["none"]': "algorithms.0",
    PLAIN + 'algorithms = ["HS256"]': "algorithms.0",
    PLAIN + "algorithms = []": "algorithms",
    PLAIN + 'logo = "javascript:alert(1)"': "logo",
    PLAIN + 'logo = "//evil.example.org/x.png"': "logo",
    PLAIN + 'logo = "http://login.example.org/x.png"': "logo",
    PLAIN + 'new_accounts = "perhaps"': "new_accounts",
    PLAIN + "[provider.odd.claims]\nsubject = []": "claims.subject",
    PLAIN + '[provider.odd.claims]\nphone = "x"': "claims.phone",
    RULE: "must name either an entitlement or an organisation",
    RULE + 'entitlement = "a"': "must give a role, an institution or a team",
    RULE + 'entitlement = "a"\norganisation = "b"\nteam = "t"': "either an entitlement or an organisation",
    RULE + 'entitlement = "a"\nrole = "king"': "role",
    RULE + 'entitlement = "a"\nrole = "administrator"': "needs makes_administrators = true",
    RULE + 'entitlement = "a"\ninstitution = "https://example.org"': "must be a ROR id",
    PLAIN + PLAIN.replace("provider.odd", "provider.same"): "two have the same issuer and client_id",
}


@pytest.mark.parametrize(("text", "part"), ODD.items())
def test_what_is_wrong_in_the_file_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, part: str
) -> None:
    monkeypatch.setenv("BROKEN_SECRET", "a\nb")
    file = tmp_path / "identity.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(IdentityError) as refused:
        read_identity(file)
    words = str(refused.value)
    assert words.startswith(f"{file}: ")
    assert part in words
    assert "\n" not in words
    assert "secret-word" not in words


def test_the_start_stops_and_names_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    urls = {"database_url": "sqlite:///site.db", "store_url": "file:store", "search_url": "embedded:site.s"}
    for path in (tmp_path, tmp_path / "missing.toml"):
        with pytest.raises(SettingsError, match=r"^REPOSITORY_IDENTITY: .+"):
            open_services(read_settings(identity=path, **urls))


def test_the_example_is_valid_and_its_comments_are_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORCID", "EGI", "CSTCLOUD"):
        monkeypatch.setenv(f"{name}_CLIENT_SECRET", "x")
    lines = EXAMPLE.read_text("utf-8").splitlines()
    start = lines.index("# [provider.orcid]")
    whole = tmp_path / "identity.toml"
    whole.write_text("\n".join([*lines[:start], *(line.removeprefix("# ") for line in lines[start:])]), "utf-8")
    accounts, secrets = read_identity(whole)
    assert list(accounts.provider) == ["institute", "orcid", "egi", "cstcloud"]
    assert secrets == {"institute": "", "orcid": "x", "egi": "x", "cstcloud": "x"}


def test_providers_are_opened_with_their_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    urls = {name: f"{kind}:{tmp_path}/{name}" for name, kind in (("store_url", "file"), ("search_url", "embedded"))}
    settings = read_settings(identity=EXAMPLE.absolute(), database_url=f"sqlite:///{tmp_path}/site.db", **urls)
    services = open_services(settings)
    profile = services.sign_in_providers["institute"].profile
    services.close()
    assert profile.rules == [
        AttributeRule(entitlement="/data-curators", role=Role.CURATOR),
        AttributeRule(organisation="institute.example.org", institution="02nr0ka47", team="everybody-at-the-institute"),
    ]
    assert (profile.new_accounts, profile.verifies_orcid) == (True, False)
