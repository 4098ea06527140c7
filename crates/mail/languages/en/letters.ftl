# Letters. What is said to somebody who reads them on a locked screen stands in no subject.
test-subject = Mail from { $organisation } arrives
test-words = Somebody tried whether sign-in can send mail to this address. It can. There is nothing to do.

code-subject = Your sign-in code for { $organisation }
code-words = Type this code on the page where you are signing in. It works once, for { $minutes } minutes.
code-warning = Nobody at { $organisation } will ever ask you for it. If you are not signing in at this moment, do not pass it on and tell your help desk.

factor-added-subject = A way to sign in was added to your account at { $organisation }
factor-added-words = Your account { $account } has a new way to sign in: { $thing }.
factor-removed-subject = A way to sign in was removed from your account at { $organisation }
factor-removed-words = Your account { $account } has lost a way to sign in: { $thing }.
password-changed-subject = Your password at { $organisation } was changed
password-changed-words = The password of your account { $account } was changed.
new-device-subject = A sign-in at { $organisation } with a new device
new-device-words = Somebody signed in to your account { $account } with a device that was not seen before: { $thing }.
access-code-made-subject = A temporary access code was made for your account at { $organisation }
access-code-made-words = An administrator made a code with which a new way to sign in can be set up for your account { $account }.
not-me = If this was not you or on your behalf, tell your help desk at once.

mechanism-password = a password
mechanism-totp = an authenticator app
mechanism-passkey = a passkey
mechanism-email-code = codes by mail
mechanism-recovery-code = recovery codes

fact-time = Time
fact-address = From
fact-reference = Reference
by-an-operator = the server, by an operator
