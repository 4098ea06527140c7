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

## Wo Sie angemeldet sind

sessions = Wo Sie angemeldet sind
sessions-end-others = Überall sonst abmelden
session-this = dieser Browser
session-since = seit { $at }
session-seen = zuletzt benutzt { $at }
device-unknown = Unbekannter Browser

## Was geschehen ist

activity = Letzte Ereignisse
activity-all = Alle zeigen
happened-when = Wann
happened-what = Was
happened-where = Wo
happened-sign-in = Anmeldung auf dieser Seite
happened-sign-in-to = Anmeldung bei { $application }
happened-sign-out = Abmeldung
happened-failed = Falsches Passwort oder falscher Code
happened-failed-mark = misslungen
happened-refused = Nach einer Regel nicht erlaubt
happened-change = Geändert, wie Sie sich anmelden
happened-refused-mark = abgelehnt
happened-administration = Die Verwaltung hat dieses Konto geändert
changed-authenticator-app-set-up = Authenticator-App eingerichtet
changed-authenticator-app-removed = Authenticator-App entfernt
changed-recovery-codes-renewed = Neue Wiederherstellungscodes erzeugt
changed-session-ended = In einem anderen Browser abgemeldet
changed-other-sessions-ended = Überall sonst abgemeldet
pages = Seiten
newer = Neuere
older = Ältere

## Authenticator-App

app-title = Authenticator-App einrichten
app-why = Danach wird nach Ihrem Passwort ein Code der App verlangt. Es dauert etwa eine Minute.
app-replace-why = Die App, die Sie hier einrichten, tritt an die Stelle der bisherigen. Übrige Wiederherstellungscodes bleiben gültig.
app-step-1 = Öffnen Sie eine Authenticator-App auf Ihrem Telefon. Noch keine? Im Store Ihres Telefons gibt es mehrere; alle sind geeignet.
app-step-2 = Wählen Sie „Konto hinzufügen“ und scannen Sie das Quadrat.
app-step-3 = Geben Sie den Code ein, den die App zeigt.
app-picture = QR-Code mit dem Schlüssel zum Einrichten
app-by-hand = Sie können es nicht scannen?
app-by-hand-how = Geben Sie diesen Schlüssel in die App ein, zeitbasiert, 6 Ziffern:
app-open = App auf diesem Gerät öffnen
app-code-wrong = Dieser Code passt nicht. Geben Sie den ein, der jetzt zu sehen ist, und prüfen Sie, ob die Uhr des Telefons automatisch gestellt wird.
app-turn-on = Einschalten
app-remove = Authenticator-App entfernen
app-remove-why = Danach öffnet ein Passwort allein Ihr Konto, und übrige Wiederherstellungscodes gelten nicht mehr. In anderen Browsern werden Sie abgemeldet.
app-demanded = Die App bleibt: Sie ist die letzte, die zählt.
app-demanded-next = Eine Anwendung, die Sie benutzen, verlangt von allen einen zweiten Schritt. Richten Sie zuerst etwas anderes ein, oder ersetzen Sie die App oben.

## Wiederherstellungscodes

codes-title = Bewahren Sie Ihre Wiederherstellungscodes auf
codes-why = Jeder von ihnen ersetzt einmal Ihre App. Sie werden nur hier gezeigt und danach nie wieder.
codes-print = Drucken Sie diese Seite oder schreiben Sie die Codes ab, und bewahren Sie sie nicht beim Telefon auf.
codes-kept = Ich habe sie aufbewahrt
codes-offer = Neue Wiederherstellungscodes
codes-offer-why = Sie bekommen zehn neue Codes. Die bisherigen gelten dann nicht mehr, wo immer sie aufgeschrieben sind.
codes-make = Neue Codes erzeugen

## Ein zweiter Faktor während der Anmeldung

enrol-why = { $organisation } verlangt hier einen zweiten Schritt, zum Beispiel einen Code einer App. Es dauert etwa eine Minute.
enrol-steps = Schritte
enrol-later = { $days ->
    [one] Nicht jetzt: noch ein Tag Zeit zum Einrichten
   *[other] Nicht jetzt: noch { $days } Tage Zeit zum Einrichten
}
enrolled-title = Ihre Authenticator-App ist eingerichtet
enrolled-why = Die Wiederherstellungscodes, die Sie aufbewahrt haben, bleiben gültig.
changed-temporary-access-code-used = Vorläufiger Zugangscode der Betreuung benutzt

## Jemand anderes, die Betreuung

not-me = Das war ich nicht
not-me-title = War jemand anderes an Ihrem Konto?
not-me-why = Melden Sie es, wenn Sie eine Anmeldung oder Änderung sehen, die nicht von Ihnen ist.
not-me-sessions = Sie werden überall sonst abgemeldet.
not-me-password = Sie wählen ein anderes Passwort, hier oder bei der nächsten Anmeldung.
not-me-alarm = Ihre Verwaltung sieht einen Alarm.
not-me-report = Melden
not-me-back = Zurück
changed-stranger-reported = Gemeldet, dass jemand anderes hier war
caller = Die Betreuung möchte wissen, dass Sie es sind, der anruft.
caller-says = Sie nennt { $number }. Nennt man Ihnen am Telefon eine andere Zahl, legen Sie auf.
caller-answer = Ihre Antwort ist { $number }.
caller-nobody = Wenn Sie niemanden anrufen, sagen Sie sie niemandem.
