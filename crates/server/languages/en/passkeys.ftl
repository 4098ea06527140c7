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

passkeys = Passkeys and security keys
passkeys-why = A passkey signs you in with your face, fingerprint or PIN, and cannot be given away to a false page.
passkeys-yours = Your passkeys
passkeys-none = Not set up. With one, no password has to be typed.
passkeys-count = { $count ->
    [one] One passkey
   *[other] { $count } passkeys
}
passkey-since = added { $at }
passkey-used = last used { $at }
passkey-synced = on several of your devices
passkey-remove = Remove
passkey-new = Add a passkey
passkey-new-why = Your device or security key asks you to confirm. You are signed out in other browsers.
passkey-name = Name
passkey-add = Add a passkey
passkey-add-failed = The device did not answer, or has a passkey of yours already. Nothing was changed.
passkey-add-no-script = Adding a passkey needs JavaScript, which is off in this browser.
passkey-not-added = That passkey was not added.
passkey-not-added-next = The page may have been open for too long, or the device did not verify you. Try again here.
passkeys-full = No more passkeys fit.
passkeys-full-next = Remove one that you no longer use first.
passkey-demanded = The passkey stays: it is the last one that counts.
passkey-demanded-next = An application that you use asks everybody for a second step. Set up another method first.
passkeys-not-here = Passkeys do not work at this address. Your administrator can tell you at which one they do.
changed-passkey-added = Passkey added
changed-passkey-removed = Passkey removed
