"""Verifies SAML 1.1 tokens with signxml: a certificate, then files. Prints "valid" or "invalid" for each."""

import sys

from lxml import etree
from signxml import XMLVerifier
from signxml.exceptions import InvalidDigest, InvalidSignature

certificate = open(sys.argv[1]).read()
for path in sys.argv[2:]:
    document = open(path, "rb").read()
    assertion_id = etree.fromstring(document).xpath("//@AssertionID")[0]
    try:
        verified = XMLVerifier().verify(document, x509_cert=certificate, id_attribute="AssertionID")
    except (InvalidDigest, InvalidSignature):
        print("invalid")
        continue
    # Only what was signed counts: it must be this assertion, not something beside it.
    signed = verified.signed_xml
    print("valid" if signed.get("AssertionID") == assertion_id else "invalid")
