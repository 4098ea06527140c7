"""Signs in with the real, unmodified MSAL for Python at the stand-in for Entra ID, and prints what came of it.

    python msal_sign_in.py DESCRIPTION password 13|2005 UPN < password
    python msal_sign_in.py DESCRIPTION assertion < assertion

DESCRIPTION is the document of `demo --describe`. The first way goes through discovery, MEX, WS-Trust of that version and
the token endpoint; the second begins at the token endpoint. REQUESTS_CA_BUNDLE names the authority of the demo.
"""

import json
import sys
from urllib.parse import urlsplit

import msal
import requests

BEARER = "urn:ietf:params:oauth:grant-type:saml1_1-bearer"


class StandIn(requests.Session):
    """The way to the stand-in. Entra ID has no port, so that MSAL forgets that of an authority during realm
    discovery; and for a tenant without a MEX address, MSAL takes the address of WS-Trust 2005 itself."""

    def __init__(self, address, offers_mex):
        super().__init__()
        self.address = urlsplit(address)
        self.offers_mex = offers_mex
        self.asked = []

    def request(self, method, url, **kwargs):
        target = urlsplit(url)
        if target.hostname == self.address.hostname and target.port is None:
            target = target._replace(netloc=self.address.netloc)
        self.asked.append(target.path)
        response = super().request(method, target.geturl(), **kwargs)
        if "/userrealm/" in target.path and not self.offers_mex:
            realm = response.json()
            realm.pop("federation_metadata_url", None)
            response._content = json.dumps(realm).encode()
        return response


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        demo = json.load(file)
    way, secret = sys.argv[2], sys.stdin.read()
    session = StandIn(demo["rehearsal_tls_url"], offers_mex=sys.argv[3:4] != ["2005"])
    application = msal.PublicClientApplication(
        "11111111-2222-4333-8444-555555555555",
        authority=demo["rehearsal_tls_url"] + "/contoso.example",
        instance_discovery=False,
        http_client=session,
    )
    if way == "password":
        try:
            result = application.acquire_token_by_username_password(sys.argv[4], secret, scopes=["User.Read"])
        except (RuntimeError, ValueError) as error:  # how MSAL tells of a fault, and of no address to go to
            result = {"error": type(error).__name__, "error_description": str(error)}
    else:
        client = application.client
        client.grant_assertion_encoders.setdefault(BEARER, client.encode_saml_assertion)
        result = client.obtain_token_by_assertion(secret.encode(), BEARER, scope=["User.Read"])
    json.dump({"result": result, "asked": session.asked}, sys.stdout)


main()
