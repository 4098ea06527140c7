## Passkeys, and choosing a method

or = or
passkey-title = Use your passkey
passkey-why = Your device asks for your face, fingerprint or PIN. Nothing secret leaves it.
passkey-use = Use a passkey
passkey-failed = The device did not answer. Plug in your security key or unlock your device, and choose “Use a passkey” once more.
passkey-failed-first = The device did not answer. Choose “Use a passkey” once more, or sign in with your password.
passkey-no-script = Passkeys need JavaScript, which is off in this browser. Choose another way below.
passkey-wrong = That passkey was not accepted.
passkey-wrong-next = Use another one, or another way to sign in. Nothing else has changed.
another-method = Use another method
recovery-title = Enter a recovery code

choose-title = Choose how to sign in
choose-why = You have these methods set up.
choose-passkey = Passkey
choose-passkey-hint = Your face, fingerprint or PIN
choose-totp = Authenticator app
choose-totp-hint = A 6-digit code
choose-email-code = Email a code
choose-email-code-hint = To your other address
choose-recovery-code = Recovery code
choose-recovery-code-hint = One of the codes you kept
choose-password = Password
choose-password-hint = The one you sign in with
choose-last-used = used last time
choose-lost = Lost all of them? Ask your help desk.
