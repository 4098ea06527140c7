"""MSAL for Python, unmodified, without a network: a list of cases in JSON on stdin, a list of results on stdout.

request   what MSAL posts for {username, password, audience, address, action}
response  what MSAL makes of an answer to such a request
mex       which endpoint MSAL chooses in a document
"""

import json
import sys
from types import SimpleNamespace

from msal import mex, wstrust_request, wstrust_response


def request(case):
    posted = {}

    def post(address, data, headers):
        posted.update(address=address, body=data, headers=headers)
        return SimpleNamespace(status_code=500, text=FAULT)

    try:
        wstrust_request.send_request(
            case["username"], case["password"], case["audience"], case["address"], case["action"],
            SimpleNamespace(post=post))
    except RuntimeError:
        pass
    return posted


FAULT = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'/>"


def response(text):
    try:
        parsed = wstrust_response.parse_response(text)
        return {"token": parsed["token"].decode("utf-8"), "type": parsed["type"]}
    except RuntimeError:
        return wstrust_response.parse_error(text)


def discovery(text):
    return mex.Mex(text).get_wstrust_username_password_endpoint()


act = {"request": request, "response": response, "mex": discovery}[sys.argv[1]]
json.dump([act(case) for case in json.load(sys.stdin)], sys.stdout)
