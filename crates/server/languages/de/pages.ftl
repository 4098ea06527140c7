### Was Menschen lesen. Schlicht, Gegenwart, ohne Ausrufezeichen; dieselben Worte für unbekannt, falsch und gesperrt.

## Teile jeder Seite

reference = Kennung { $reference }
fact-reference = Kennung
fact-time = Zeit
fact-code = Code
fact-address = Ihre Adresse
fact-correlation = Anfrage

## Anmeldung

sign-in = Anmelden
sign-in-to = um { $application } zu öffnen
sign-in-again-to = { $application } verlangt eine neue Anmeldung.
user-name = E-Mail-Adresse
password = Passwort
password-show = Anzeigen
password-hide = Verbergen
caps-lock = Die Feststelltaste ist an.
keep = Auf diesem Gerät angemeldet bleiben
wrong-credentials = Name und Passwort passen nicht zusammen.
wrong-credentials-next = Prüfen Sie beides und versuchen Sie es noch einmal. Sonst hat sich nichts geändert.
wait = Warten Sie vor dem nächsten Versuch.
wait-next = { $seconds ->
    [one] Es gab zu viele falsche Versuche. Versuchen Sie es in einer Sekunde wieder.
   *[other] Es gab zu viele falsche Versuche. Versuchen Sie es in { $seconds } Sekunden wieder.
}
stale = Diese Seite war zu lange offen.
stale-next = Es wurde nichts weitergegeben. Melden Sie sich hier neu an.

## Zweiter Faktor

code-title = Code eingeben
code-why = Öffnen Sie Ihre Authenticator-App und geben Sie den sechsstelligen Code für { $organisation } ein.
code = Code
code-hint = Er wechselt alle 30 Sekunden. Der vorige gilt noch einen Augenblick.
code-wrong = Dieser Code passt nicht oder wurde schon benutzt.
code-wrong-next = Jeder Code gilt einmal. Warten Sie auf den nächsten in Ihrer App und geben Sie diesen ein.
recovery = Wiederherstellungscode benutzen
recovery-code = Wiederherstellungscode
recovery-hint = Einer der Codes, die Sie beim Einrichten der App aufbewahrt haben. Jeder gilt einmal.
other-account = Anderes Konto benutzen

## Übergabe

post-back = Anmeldung bei { $application }
post-back-soon = Gleich sind Sie dort.
post-back-stuck = Es geschieht nichts? Wählen Sie „Weiter“.
continue = Weiter
continuing = Einen Augenblick
continuing-why = Ihre Anmeldung geht von selbst weiter.

## Halt

stopped = Diese Anmeldung geht nicht weiter
denied = Sie können sich nicht bei { $application } anmelden
denied-from-here = Sie können sich von hier nicht anmelden
denied-anywhere = Sie können sich hier nicht anmelden
what-to-do = Was Sie tun können.
advice-application = Öffnen Sie die Anwendung noch einmal. Geschieht es wieder, nennen Sie dem Helpdesk die Kennung.
advice-access = Wenn Sie Zugang brauchen, fragen Sie den Helpdesk und nennen Sie die Kennung.
advice-rule = Sind Sie in einem VPN? Schalten Sie es aus und öffnen Sie die Anwendung noch einmal. Brauchen Sie von hier oder um diese Zeit Zugang, fragen Sie den Helpdesk und nennen Sie die Kennung.
advice-later = Versuchen Sie es in einer Minute wieder. Geschieht es erneut, nennen Sie dem Helpdesk die Kennung.
advice-start = Gehen Sie zur Startseite und melden Sie sich dort an.
start-page = Zur Startseite

loop = Die Anwendung schickt Sie immer wieder zurück
loop-why = Die Anwendung bekam von diesem Browser { $count } Anmeldungen in { $window } Sekunden und behielt keine, deshalb haben wir angehalten. Mit Ihrem Konto ist alles in Ordnung.
loop-causes = Meist sind die Cookies der Anwendung blockiert, oder die Uhr dieses Geräts geht falsch.
loop-second-factor = Vielleicht verlangt Microsoft 365 einen zweiten Faktor, nach dem Sie hier niemand fragt. Nennen Sie Ihrem Helpdesk die Referenz: Dort lässt sich das ändern. Sonst sind die Cookies der Anwendung blockiert, oder die Uhr dieses Geräts geht falsch.
try-again = Noch einmal versuchen

page-not-found = Diese Seite gibt es nicht
page-not-found-why = Die Adresse ist vielleicht vertippt oder veraltet.
method-not-allowed = So lässt sich diese Seite nicht benutzen
method-not-allowed-why = Anfragen dieser Art beantwortet diese Adresse nicht.
busy = Gerade melden sich viele Menschen an
busy-why = Es wurde nichts weitergegeben, und nichts ist verloren. Versuchen Sie es gleich noch einmal.
failed = Bei uns ist etwas schiefgegangen
failed-why = Die Anmeldung wurde angehalten, und es wurde nichts weitergegeben.

## Abgemeldet, Startseite

signed-out = Sie sind abgemeldet
signed-out-of = von { $organisation } und von den Anwendungen, die Sie in diesem Browser geöffnet haben.
signed-out-apps = Anwendungen
signed-out-told = Abmeldung verlangt
signed-out-shared = Schließen Sie an einem gemeinsam benutzten Rechner alle Browserfenster.
signed-out-next = Weiter
home = Sie sind angemeldet
home-at = bei { $organisation } als { $user }
home-anonymous = Bei { $organisation } anmelden
home-anonymous-why = um Ihre Anwendungen zu öffnen.
microsoft-365 = Microsoft 365 öffnen
sign-out = Abmelden
