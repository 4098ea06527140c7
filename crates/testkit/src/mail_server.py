"""An SMTP server on a free port of 127.0.0.1. It writes its port, and then each letter as a line of JSON."""
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Keeper:
    def __init__(self):
        self.waited = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 there is nobody of that name"
        if address.startswith("later@") and not self.waited:
            self.waited = True
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)

        def part(kind):
            found = letter.get_body(preferencelist=(kind,))
            return found.get_content() if found else ""

        login = session.auth_data.login.decode() if session.auth_data else None
        headers = [[name, str(value)] for name, value in letter.items()]
        print(json.dumps({"to": envelope.rcpt_tos, "headers": headers, "text": part("plain"), "html": part("html"),
                          "login": login}), flush=True)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"sign-in", b"mail-password")
    return AuthResult(success=known, handled=False, auth_data=data if known else None)


async def main():
    mode, *files = sys.argv[1:] or ["none"]
    secured = None
    if files:
        secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        secured.load_cert_chain(*files)
    keeper = Keeper()

    def session():
        if not files:
            return SMTP(keeper)
        # Over TLS from the first byte, aiosmtpd does not know that the way is safe.
        return SMTP(keeper, authenticator=authenticate, auth_required=True, auth_require_tls=mode == "starttls",
                    tls_context=secured if mode == "starttls" else None, require_starttls=mode == "starttls")

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(session, "127.0.0.1", 0, ssl=secured if mode == "tls" else None)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


asyncio.run(main())
