### The portal: how people see and change how they sign in.

sign-in-to-account = um zu sehen, wie und wo Sie angemeldet sind.
sign-in-again-to-account = Melden Sie sich neu an, bevor Sie ändern, wie Sie sich anmelden.

account = Konto und Sicherheit
skip = Zum Inhalt springen
signed-in-as = Angemeldet als { $user }

## Wie Sie sich anmelden

methods = Wie Sie sich anmelden
method-none = Nicht eingerichtet
password-since = Gesetzt am { $at }
app = Authenticator-App
app-since = Eingerichtet am { $at }
app-none = Nicht eingerichtet. Mit ihr öffnet ein Passwort allein nichts.
recovery-codes = Wiederherstellungscodes
recovery-codes-left = { $count ->
    [0] Keiner übrig. Erzeugen Sie neue, bevor Sie sie brauchen.
    [one] Einer von 10 übrig. Erzeugen Sie neue, bevor Sie sie brauchen.
   *[other] { $count } von 10 übrig.
}
recovery-codes-new = Neue Codes
manage = Verwalten
set-up = Einrichten
