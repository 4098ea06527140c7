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

passkeys = Passkeys und Sicherheitsschlüssel
passkeys-why = Ein Passkey meldet Sie mit Gesicht, Fingerabdruck oder PIN an und lässt sich an keine falsche Seite weitergeben.
passkeys-yours = Ihre Passkeys
passkeys-none = Nicht eingerichtet. Damit muss kein Passwort mehr eingegeben werden.
passkeys-count = { $count ->
    [one] Ein Passkey
   *[other] { $count } Passkeys
}
passkey-since = hinzugefügt am { $at }
passkey-used = zuletzt verwendet am { $at }
passkey-synced = auf mehreren Ihrer Geräte
passkey-remove = Entfernen
passkey-new = Passkey hinzufügen
passkey-new-why = Ihr Gerät oder Sicherheitsschlüssel bittet um Bestätigung. In anderen Browsern werden Sie abgemeldet.
passkey-name = Name
passkey-add = Passkey hinzufügen
passkey-add-failed = Das Gerät hat nicht geantwortet oder hat schon einen Passkey von Ihnen. Es wurde nichts geändert.
passkey-add-no-script = Zum Hinzufügen eines Passkeys ist JavaScript nötig, das in diesem Browser ausgeschaltet ist.
passkey-not-added = Dieser Passkey wurde nicht hinzugefügt.
passkey-not-added-next = Vielleicht war die Seite zu lange offen, oder das Gerät hat Sie nicht geprüft. Versuchen Sie es hier noch einmal.
passkeys-full = Mehr Passkeys passen nicht.
passkeys-full-next = Entfernen Sie zuerst einen, den Sie nicht mehr verwenden.
passkey-demanded = Der Passkey bleibt: Er ist der letzte, der zählt.
passkey-demanded-next = Eine Anwendung, die Sie benutzen, verlangt von allen einen zweiten Schritt. Richten Sie zuerst eine andere Methode ein.
passkeys-not-here = Unter dieser Adresse funktionieren keine Passkeys. Ihr Administrator weiß, unter welcher.
changed-passkey-added = Passkey hinzugefügt
changed-passkey-removed = Passkey entfernt
