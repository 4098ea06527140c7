### One sentence per reason: whose doing it is, and that we stopped. The key is the code with dashes.

## The request is no message that we know (wsfed)

refusal-request-too-long = The application sent a request that is too long, so we stopped.
refusal-parameter-too-long = The application sent a request with a part that is too long, so we stopped.
refusal-parameter-repeated = The application’s request says one thing twice, so we stopped.
refusal-parameter-name-escaped = The application’s request is spelled in a misleading way, so we stopped.
refusal-parameter-not-utf8 = The application’s request holds text that cannot be read, so we stopped.
refusal-parameter-hostile = The application’s request holds characters that cannot be sent back, so we stopped.
refusal-action-missing = The request does not say what it wants.
refusal-action-unknown = The request asks for something that is not offered here.
refusal-realm-missing = The request does not say which application it comes from.
refusal-realm-malformed = The request names its application in a way that cannot be read.
refusal-method-unknown = The application asks for a way to sign in that is not known here, so we stopped.

## The request is one that cannot be met (sts, policy)

refusal-realm-unknown = The application that sent you here is not registered, so we stopped.
refusal-reply-address-not-registered = The application asked us to send you to an address that is not registered for it, so we stopped.
refusal-method-unavailable = The application asks for a way to sign in that is not offered here.
refusal-application-disabled = The application is switched off for everybody.
refusal-user-disabled = This account cannot be used at the moment.
refusal-application-not-granted = Your account is not allowed to use this application.
refusal-second-factor-not-enrolled = This application needs a second step at sign-in, such as a code of an authenticator app, and your account has none yet. Ask your help desk to set one up with you.
refusal-rule = The rules of your organisation do not allow this sign-in.
refusal-break-glass = This account is for emergencies and is not allowed to use this application.
refusal-user-of-another-organisation = Your account is not allowed to use this application.
refusal-immutable-id-missing = Your account is not ready for this application: its anchor in the directory is missing.
refusal-domain-not-registered = Your account is not ready for this application: the domain of your name is not registered for it.
refusal-token-script-failed = The rule that prepares this application’s sign-ins failed, so we stopped.
refusal-token-script-refused = The rule that prepares this application’s sign-ins asked for something no rule may do, so we stopped.
refusal-claim-unwritable = Your account holds a character that cannot be sent to this application.
refusal-sign-in-loop = The application keeps sending you back, so we stopped.

## What the edge refuses

refusal-form-broken = This page was made for another browser, or has been changed on its way, so nothing was sent on.
refusal-origin-foreign = Another site tried to fill in this page for you, so we stopped.
refusal-client-address-unclear = The way from your browser to us is not set up properly, so we stopped.
refusal-host-unknown = This server does not answer at the address that you came by.
refusal-organisation-unknown = Nobody signs in at this address.
refusal-body-unreadable = The request broke off on its way here, or is too long.
