# Briefe. Was auf einem gesperrten Bildschirm niemand lesen soll, steht in keinem Betreff.
test-subject = E-Mail von { $organisation } kommt an
test-words = Jemand hat ausprobiert, ob die Anmeldung E-Mail an diese Adresse senden kann. Sie kann es. Es ist nichts zu tun.

code-subject = Ihr Anmeldecode für { $organisation }
code-words = Geben Sie diesen Code auf der Seite ein, auf der Sie sich gerade anmelden. Er gilt einmal und { $minutes } Minuten lang.
code-warning = Niemand bei { $organisation } fragt Sie je danach. Wenn Sie sich gerade nicht anmelden, geben Sie ihn nicht weiter und melden Sie sich beim Helpdesk.

factor-added-subject = Ihr Konto bei { $organisation } hat einen neuen Anmeldeweg
factor-added-words = Für Ihr Konto { $account } wurde ein Anmeldeweg hinzugefügt: { $thing }.
factor-removed-subject = Von Ihrem Konto bei { $organisation } wurde ein Anmeldeweg entfernt
factor-removed-words = Von Ihrem Konto { $account } wurde ein Anmeldeweg entfernt: { $thing }.
password-changed-subject = Ihr Passwort bei { $organisation } wurde geändert
password-changed-words = Das Passwort Ihres Kontos { $account } wurde geändert.
new-device-subject = Anmeldung bei { $organisation } mit einem neuen Gerät
new-device-words = Jemand hat sich an Ihrem Konto { $account } mit einem bisher unbekannten Gerät angemeldet: { $thing }.
access-code-made-subject = Für Ihr Konto bei { $organisation } gibt es einen befristeten Zugangscode
access-code-made-words = Ein Administrator hat einen Code erzeugt, mit dem für Ihr Konto { $account } ein neuer Anmeldeweg eingerichtet werden kann.
not-me = Wenn das weder Sie selbst waren noch jemand in Ihrem Auftrag, melden Sie sich sofort beim Helpdesk.

mechanism-password = ein Passwort
mechanism-totp = eine Authenticator-App
mechanism-passkey = ein Passkey
mechanism-email-code = Codes per E-Mail
mechanism-recovery-code = Wiederherstellungscodes

fact-time = Zeit
fact-address = Von
fact-reference = Referenz
by-an-operator = dem Server, durch einen Operator
