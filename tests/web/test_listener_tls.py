"""TLS of a real listener: who gets in, what is spoken, and certificates that change while it serves."""

from __future__ import annotations

import os
import shutil
import ssl
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from tests.real.certificates import Authority, Certificate
from tests.web.listener import listening
from vigie.web.security import Security

BROKEN = (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError, ssl.SSLError)
"""What a client sees when the server ends a handshake; in TLS 1.3 it learns of it only when it reads."""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def server(authority: Authority) -> Certificate:
    return authority.issue("server")


def write(folder: Path, own: Certificate, **settings: str) -> Path:
    lines = [f"cert_file: {own.cert_file}", f"key_file: {own.key_file}"]
    lines += [f"{name}: {value}" for name, value in settings.items()]
    path = folder / "web.yml"
    path.write_text("\n".join(["tls_server_config:", *(f"  {line}" for line in lines), ""]))
    return path


async def test_it_speaks_tls_and_tls_only(tmp_path: Path, authority: Authority, server: Certificate) -> None:
    async with listening(write(tmp_path, server)) as listener:
        assert Security(tmp_path / "web.yml").encrypts
        async with listener.client(authority.ca_file) as client:
            assert (await client.get("/metrics")).text == "hello /metrics"
        async with listener.client() as plain:
            with pytest.raises(BROKEN):
                await plain.get("/metrics")


async def test_versions_below_the_lowest_and_above_the_highest_are_refused(
    tmp_path: Path, authority: Authority, server: Certificate
) -> None:
    trust = authority.ca_file
    async with listening(write(tmp_path, server, min_version="TLS13")) as listener:
        await listener.peer(trust)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await listener.peer(trust, maximum_version=ssl.TLSVersion.TLSv1_2)
    async with listening(write(tmp_path, server, max_version="TLS12")) as listener:
        await listener.peer(trust)
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await listener.peer(trust, minimum_version=ssl.TLSVersion.TLSv1_3)


async def test_the_chosen_cipher_suite_is_spoken(tmp_path: Path, authority: Authority, server: Certificate) -> None:
    suites = "[TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]"
    async with listening(write(tmp_path, server, max_version="TLS12", cipher_suites=suites)) as listener:
        assert (await listener.peer(authority.ca_file))[1] == "ECDHE-ECDSA-AES256-GCM-SHA384"


async def test_a_required_client_certificate_must_be_there_and_be_of_the_authority(
    tmp_path: Path, authority: Authority, server: Certificate
) -> None:
    policy = {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": str(authority.ca_file)}
    stranger = Authority(tmp_path / "stranger").issue("prometheus")
    async with listening(write(tmp_path, server, **policy)) as listener:
        async with listener.client(authority.ca_file, authority.issue("prometheus")) as client:
            assert (await client.get("/metrics")).status_code == 200
        for own in (None, stranger):
            async with listener.client(authority.ca_file, own) as client:
                with pytest.raises(BROKEN):
                    await client.get("/metrics")


async def test_an_optional_client_certificate_may_be_absent_but_not_foreign(
    tmp_path: Path, authority: Authority, server: Certificate
) -> None:
    policy = {"client_auth_type": "VerifyClientCertIfGiven", "client_ca_file": str(authority.ca_file)}
    async with listening(write(tmp_path, server, **policy)) as listener:
        for own in (None, authority.issue("prometheus")):
            async with listener.client(authority.ca_file, own) as client:
                assert (await client.get("/metrics")).status_code == 200
        async with listener.client(authority.ca_file, Authority(tmp_path / "stranger").issue("x")) as client:
            with pytest.raises(BROKEN):
                await client.get("/metrics")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(
    ("names", "allowed"),
    [
        (["prometheus.example"], True),
        (["10.0.0.7"], True),
        (["2001:db8::7"], True),
        (["ops@vigie.example"], True),
        (["spiffe://vigie.example/prometheus"], True),
        (["other.example", "prometheus.example"], True),
        (["other.example", "10.0.0.70", "2001:db8::70"], False),
        (["sub.prometheus.example"], False),
        ([], False),
    ],
)
async def test_a_client_gets_in_by_an_allowed_name_of_any_kind(  # noqa: PLR0913 - fixtures and cases
    *,
    tmp_path: Path,
    authority: Authority,
    server: Certificate,
    names: list[str],
    allowed: bool,
    version: ssl.TLSVersion,
) -> None:
    sans = 'prometheus.example, 10.0.0.7, "2001:db8::7", ops@vigie.example, "spiffe://vigie.example/prometheus"'
    policy = {
        "client_auth_type": "RequireAndVerifyClientCert",
        "client_ca_file": str(authority.ca_file),
        "client_allowed_sans": f"[{sans}]",
    }
    own = authority.issue("client", hosts=names)
    async with (
        listening(write(tmp_path, server, **policy)) as listener,
        listener.client(authority.ca_file, own, maximum_version=version) as client,
    ):
        if allowed:
            assert (await client.get("/metrics")).status_code == 200
            assert (await client.get("/metrics")).status_code == 200
        else:
            with pytest.raises(BROKEN):
                await client.get("/metrics")


async def test_certificate_key_and_authorities_may_stand_in_the_file_itself(
    tmp_path: Path, authority: Authority, server: Certificate
) -> None:
    parts = {"cert": server.cert_file, "key": server.key_file, "client_ca": authority.ca_file}
    lines = ["tls_server_config:", "  client_auth_type: RequireAndVerifyClientCert"]
    for name, file in parts.items():
        lines += [f"  {name}: |", *(f"    {line}" for line in file.read_text().splitlines())]
    path = tmp_path / "web.yml"
    path.write_text("\n".join([*lines, ""]))
    async with (
        listening(path) as listener,
        listener.client(authority.ca_file, authority.issue("prometheus")) as client,
    ):
        assert (await client.get("/metrics")).status_code == 200


async def test_a_new_certificate_is_shown_to_new_connections_and_old_ones_live_on(
    tmp_path: Path, authority: Authority, server: Certificate
) -> None:
    async with listening(write(tmp_path, server)) as listener, listener.client(authority.ca_file) as client:
        assert (await client.get("/metrics")).status_code == 200
        assert (await listener.peer(authority.ca_file))[0] == server.cert.serial_number
        renewed = authority.issue("server")
        assert (await listener.peer(authority.ca_file))[0] == renewed.cert.serial_number
        assert (await client.get("/metrics")).status_code == 200


async def test_certificates_behind_a_switched_link_are_followed(tmp_path: Path, authority: Authority) -> None:
    """As a mounted Kubernetes secret changes: one link is replaced, the paths stay."""
    serials = []
    for version in ("first", "second"):
        issued = authority.issue(version)
        (tmp_path / version).mkdir()
        shutil.copy(issued.cert_file, tmp_path / version / "tls.crt")
        shutil.copy(issued.key_file, tmp_path / version / "tls.key")
        serials.append(issued.cert.serial_number)
    link = tmp_path / "data"
    link.symlink_to("first")
    path = tmp_path / "web.yml"
    path.write_text("tls_server_config:\n  cert_file: data/tls.crt\n  key_file: data/tls.key\n")
    async with listening(path) as listener:
        assert (await listener.peer(authority.ca_file))[0] == serials[0]
        (tmp_path / "next").symlink_to("second")
        os.replace(tmp_path / "next", link)  # noqa: PTH105 - the one call that replaces a link in one step
        assert (await listener.peer(authority.ca_file))[0] == serials[1]


async def test_half_a_rotation_keeps_the_old_certificate_and_is_logged_once(
    tmp_path: Path, authority: Authority, server: Certificate
) -> None:
    old_cert, old_key = server.cert_file.read_bytes(), server.key_file.read_bytes()
    renewed = authority.issue("server")
    new_cert, new_key = renewed.cert_file.read_bytes(), renewed.key_file.read_bytes()
    server.cert_file.write_bytes(old_cert)
    server.key_file.write_bytes(old_key)
    async with listening(write(tmp_path, server)) as listener:
        with capture_logs() as logs:
            server.cert_file.write_bytes(new_cert)
            for _ in range(3):
                assert (await listener.peer(authority.ca_file))[0] == server.cert.serial_number
        assert [(one["event"], one["log_level"]) for one in logs] == [("web_config_refused", "error")]
        assert "does not belong to the certificate" in logs[0]["message"]
        server.key_file.write_bytes(new_key)
        assert (await listener.peer(authority.ca_file))[0] == renewed.cert.serial_number


async def test_tls_is_not_switched_off_by_an_edit(tmp_path: Path, authority: Authority, server: Certificate) -> None:
    path = write(tmp_path, server)
    async with listening(path) as listener:
        with capture_logs() as logs:
            path.write_text("http_server_config:\n  http2: false\n")
            assert (await listener.peer(authority.ca_file))[0] == server.cert.serial_number
    assert "TLS is switched on and off by a restart only" in logs[0]["message"]


async def test_a_policy_that_is_tightened_holds_for_the_next_connection(
    tmp_path: Path, authority: Authority, server: Certificate
) -> None:
    async with listening(write(tmp_path, server)) as listener:
        async with listener.client(authority.ca_file) as client:
            assert (await client.get("/metrics")).status_code == 200
        policy = {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": str(authority.ca_file)}
        write(tmp_path, server, **policy)
        async with listener.client(authority.ca_file) as client:
            with pytest.raises(BROKEN):
                await client.get("/metrics")
