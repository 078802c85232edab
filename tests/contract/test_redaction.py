"""No secret of an address is shown, wherever it stands in the address and the address in a text."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprogan.redaction import redacted

SECRETS = st.text(string.ascii_letters + string.digits, min_size=1).map(lambda text: f"S3{text}x")
AROUND = st.text("/@?#:&=%+.-_!$*,;~'\"()", max_size=3)
"""What may stand around a secret inside a password, escaped or not."""


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://me:secret@host:8080/a/b", "https://***@host:8080/a/b"),
        ("https://token@host", "https://***@host"),
        ("postgresql+psycopg2://me:se/cr@et@host/db", "postgresql+psycopg2://***@host/db"),
        ("https://host/a?X-Signature=secret&b=1#c", "https://host/a?***"),
        ("https://host/a#secret", "https://host/a?***"),
        ("s3://bucket/key?versionId=1", "s3://bucket/key?***"),
        ("url: /a?key=secret (Caused by nothing)", "url: /a?*** (Caused by nothing)"),
        ("'https://a:b@h/p?q=1', and http://c:d@i/", "'https://***@h/p?*** and http://***@i/"),
    ],
)
def test_what_lets_somebody_in_is_left_out(uri: str, shown: str) -> None:
    assert redacted(uri) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("sqlite:////srv/a/mlflow.db", "file:///srv/images", "https://host:80/a/b.zip"),
        *("databricks", "me@host is an address of mail", "What is this? a = b", ""),
    ],
)
def test_what_holds_no_secret_is_left_as_it_is(text: str) -> None:
    assert redacted(text) == text


@given(SECRETS, AROUND, AROUND)
def test_no_password_or_token_is_seen(secret: str, before: str, after: str) -> None:
    for text in (
        f"cannot reach https://me:{before}{secret}{after}@host:1/path: refused",
        f"https://{secret}{after}@host",
        f"https://host/path?token={before}{secret}",
        f"Max retries exceeded with url: /path?a=1&token={secret} (Caused by ...)",
    ):
        assert secret not in redacted(text)
        assert redacted(redacted(text)) == redacted(text)
