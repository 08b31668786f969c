"""Seals open with their key only, blind indexes find, masks hide the birth date (P01, B07)."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from dabao import crypto

NUMBER = "532326196203051216"


@given(st.text(max_size=200))
def test_what_was_sealed_is_read_again(text):
    assert crypto.unseal(crypto.seal(text)) == text


def test_the_same_number_seals_differently_and_is_found_by_one_index():
    assert crypto.seal(NUMBER) != crypto.seal(NUMBER)
    assert crypto.blind(NUMBER) == crypto.blind(NUMBER)
    assert crypto.blind(NUMBER) != crypto.blind(NUMBER[:-1] + "7")
    assert crypto.blind_last4(NUMBER) == crypto.blind_last4("1216")
    assert crypto.blind_last4(NUMBER) != crypto.blind(NUMBER[-4:])


@pytest.mark.parametrize("place", [0, 1, 15, 30, -1])
def test_a_changed_byte_is_noticed(place):
    blob = bytearray(crypto.seal(NUMBER))
    blob[place] ^= 1
    with pytest.raises(crypto.WrongKeyError):
        crypto.unseal(bytes(blob))


def test_an_old_key_still_reads_after_rotation(settings):
    old = crypto.seal(NUMBER)
    settings.DABAO_FIELD_KEYS_OLD = [settings.DABAO_FIELD_KEY]
    settings.DABAO_FIELD_KEY = bytes(range(32))
    crypto._keys.cache_clear()
    crypto._cipher.cache_clear()
    try:
        assert crypto.unseal(old) == NUMBER
        assert crypto.unseal(crypto.seal(NUMBER)) == NUMBER
    finally:
        crypto._keys.cache_clear()
        crypto._cipher.cache_clear()


@pytest.mark.parametrize(
    ("number", "shown"),
    [(NUMBER, "532326********1216"), (NUMBER[:17] + "X", "532326********121X"), ("12", "**")],
)
def test_the_mask_hides_the_birth_date(number, shown):
    assert crypto.mask_id(number) == shown


@pytest.mark.parametrize(("number", "shown"), [("13800002217", "138****2217"), ("6223961", "*******")])
def test_a_mobile_number_is_masked_in_the_middle(number, shown):
    assert crypto.mask_phone(number) == shown


def test_the_library_agrees_with_the_standards_vectors():
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    assert digest.finalize().hex().startswith("66c7f0f462eeedd9")
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()
    assert encryptor.update(key).hex() == "681edf34d206965e86b3e94f536e4246"
