## Passkeys und die Wahl einer Methode

or = oder
passkey-title = Passkey verwenden
passkey-why = Ihr Gerät fragt nach Gesicht, Fingerabdruck oder PIN. Nichts Geheimes verlässt es.
passkey-use = Passkey verwenden
passkey-failed = Das Gerät hat nicht geantwortet. Stecken Sie Ihren Sicherheitsschlüssel ein oder entsperren Sie Ihr Gerät und wählen Sie noch einmal „Passkey verwenden“.
passkey-failed-first = Das Gerät hat nicht geantwortet. Wählen Sie noch einmal „Passkey verwenden“ oder melden Sie sich mit dem Passwort an.
passkey-no-script = Passkeys brauchen JavaScript, das in diesem Browser ausgeschaltet ist. Wählen Sie unten einen anderen Weg.
passkey-wrong = Dieser Passkey wurde nicht angenommen.
passkey-wrong-next = Verwenden Sie einen anderen oder einen anderen Weg der Anmeldung. Sonst hat sich nichts geändert.
another-method = Andere Methode verwenden
recovery-title = Wiederherstellungscode eingeben

choose-title = Wählen Sie, wie Sie sich anmelden
choose-why = Diese Methoden haben Sie eingerichtet.
choose-passkey = Passkey
choose-passkey-hint = Ihr Gesicht, Fingerabdruck oder Ihre PIN
choose-totp = Authenticator-App
choose-totp-hint = Ein 6-stelliger Code
choose-email-code = Code per E-Mail
choose-email-code-hint = An Ihre andere Adresse
choose-recovery-code = Wiederherstellungscode
choose-recovery-code-hint = Einer der Codes, die Sie aufbewahrt haben
choose-password = Passwort
choose-password-hint = Das, mit dem Sie sich anmelden
choose-last-used = beim letzten Mal verwendet
choose-lost = Alle verloren? Fragen Sie Ihren Helpdesk.
