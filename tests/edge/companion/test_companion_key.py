import base64
import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from edge.companion import certificate, key


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate.make(
        tmp_path_factory.mktemp("keys"), ("box.local",), ("192.168.1.9", "fd00::2")
    )


def test_the_key_is_its_owners_alone(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_a_new_certificate_keeps_the_key(made: Path) -> None:
    before = key.certificates(made)[0]
    certificate.make(made.parent, ("other.local",), ("10.0.0.1",))
    after = key.certificates(made)[0]
    assert before != after
    assert key.hash_of(before) == key.hash_of(after)


def test_the_hash_is_that_of_the_whole_public_key_info(made: Path) -> None:
    device = key.certificates(made)[0]
    public = x509.load_der_x509_certificate(device).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    digest = hashes.Hash(hashes.SHA256())
    digest.update(public.public_bytes(serialization.Encoding.DER, form))
    assert key.hash_of(device) == base64.urlsafe_b64encode(digest.finalize())[:-1].decode()


def test_the_authority_may_name_this_device_alone_and_its_key_is_nowhere(made: Path) -> None:
    device, authority = (x509.load_der_x509_certificate(each) for each in key.certificates(made))
    device.verify_directly_issued_by(authority)
    named = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert named.critical
    assert len(named.value.permitted_subtrees or []) == 2  # of the certificate made last
    assert made.read_text().count("PRIVATE KEY") == 2  # one begins, one ends


def test_garbage_is_no_certificate(made: Path) -> None:
    device = key.certificates(made)[0]
    for length in range(0, len(device) - 1, 7):
        with pytest.raises(ValueError, match="no certificate"):
            key.hash_of(device[:length])


def test_a_key_that_others_may_read_is_refused(made: Path) -> None:
    made.chmod(0o640)
    with pytest.raises(key.NoCompanionKey, match="chmod 600"):
        key.context(made)
    made.chmod(0o600)
    assert key.context(made).minimum_version is ssl.TLSVersion.TLSv1_3


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    bad = key.file_in(tmp_path)
    bad.write_text("nothing")
    bad.chmod(0o600)
    for refused in (key.certificates, key.context):
        with pytest.raises(key.NoCompanionKey, match=key.FILE_NAME):
            refused(bad)
    with pytest.raises(key.NoCompanionKey, match="delete it"):
        certificate.make(tmp_path, ("x.local",), ())
