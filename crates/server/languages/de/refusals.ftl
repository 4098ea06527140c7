### Ein Satz je Grund: woran es liegt, und dass wir angehalten haben. Der Schlüssel ist der Code mit Bindestrichen.

## Die Anfrage ist keine Nachricht, die wir kennen (wsfed)

refusal-request-too-long = Die Anwendung hat eine zu lange Anfrage geschickt, deshalb haben wir angehalten.
refusal-parameter-too-long = Ein Teil der Anfrage, die die Anwendung geschickt hat, ist zu lang, deshalb haben wir angehalten.
refusal-parameter-repeated = Die Anfrage der Anwendung sagt etwas zweimal, deshalb haben wir angehalten.
refusal-parameter-name-escaped = Die Anfrage der Anwendung ist irreführend geschrieben, deshalb haben wir angehalten.
refusal-parameter-not-utf8 = Die Anfrage der Anwendung enthält unlesbaren Text, deshalb haben wir angehalten.
refusal-parameter-hostile = Die Anfrage der Anwendung enthält Zeichen, die sich nicht zurückgeben lassen, deshalb haben wir angehalten.
refusal-action-missing = Die Anfrage sagt nicht, was sie will.
refusal-action-unknown = Die Anfrage verlangt etwas, das es hier nicht gibt.
refusal-realm-missing = Die Anfrage sagt nicht, von welcher Anwendung sie kommt.
refusal-realm-malformed = Die Anfrage nennt ihre Anwendung in einer Weise, die sich nicht lesen lässt.
refusal-method-unknown = Die Anwendung verlangt eine Art der Anmeldung, die hier nicht bekannt ist, deshalb haben wir angehalten.

## Die Anfrage lässt sich nicht erfüllen (sts, policy)

refusal-realm-unknown = Die Anwendung, die Sie hergeschickt hat, ist nicht eingetragen, deshalb haben wir angehalten.
refusal-reply-address-not-registered = Die Anwendung will Sie an eine Adresse schicken lassen, die nicht für sie eingetragen ist, deshalb haben wir angehalten.
refusal-method-unavailable = Die Anwendung verlangt eine Art der Anmeldung, die es hier nicht gibt.
refusal-application-disabled = Die Anwendung ist für alle ausgeschaltet.
refusal-user-disabled = Dieses Konto lässt sich zurzeit nicht benutzen.
refusal-application-not-granted = Ihr Konto darf diese Anwendung nicht benutzen.
refusal-second-factor-not-enrolled = Diese Anwendung verlangt einen zweiten Schritt bei der Anmeldung, etwa den Code einer Authenticator-App, und Ihr Konto hat noch keinen. Bitten Sie Ihren Helpdesk, ihn mit Ihnen einzurichten.
refusal-rule = Die Regeln Ihrer Organisation erlauben diese Anmeldung nicht.
refusal-break-glass = Dieses Konto ist für Notfälle und darf diese Anwendung nicht benutzen.
refusal-user-of-another-organisation = Ihr Konto darf diese Anwendung nicht benutzen.
refusal-immutable-id-missing = Ihr Konto ist für diese Anwendung nicht bereit: Ihm fehlt der Anker im Verzeichnis.
refusal-domain-not-registered = Ihr Konto ist für diese Anwendung nicht bereit: Die Domäne Ihres Namens ist nicht für sie eingetragen.
refusal-token-script-failed = Die Regel, die Anmeldungen bei dieser Anwendung vorbereitet, ist fehlgeschlagen, deshalb haben wir angehalten.
refusal-token-script-refused = Die Regel, die Anmeldungen bei dieser Anwendung vorbereitet, verlangte etwas, das keine Regel darf, deshalb haben wir angehalten.
refusal-claim-unwritable = Ihr Konto enthält ein Zeichen, das sich nicht an diese Anwendung senden lässt.
refusal-sign-in-loop = Die Anwendung schickt Sie immer wieder zurück, deshalb haben wir angehalten.

## Was schon am Eingang abgewiesen wird

refusal-form-broken = Diese Seite war für einen anderen Browser bestimmt oder wurde unterwegs verändert, deshalb wurde nichts weitergegeben.
refusal-origin-foreign = Eine fremde Seite wollte dieses Formular für Sie ausfüllen, deshalb haben wir angehalten.
refusal-client-address-unclear = Der Weg von Ihrem Browser zu uns ist nicht richtig eingerichtet, deshalb haben wir angehalten.
refusal-host-unknown = Unter der Adresse, über die Sie gekommen sind, antwortet dieser Server nicht.
refusal-organisation-unknown = An dieser Adresse meldet sich niemand an.
refusal-body-unreadable = Die Anfrage brach unterwegs ab oder ist zu lang.
