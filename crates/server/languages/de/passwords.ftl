### Ein neues Passwort wählen.

password-change = Ändern
new-password-title = Neues Passwort wählen
new-password-demanded = Das bisherige gilt nur für diese Anmeldung. Wählen Sie eines, das sonst niemand kennt.
new-password-expired = { $organisation } verlangt von Zeit zu Zeit ein neues, und das bisherige ist zu alt.
new-password-own = Hier bleiben Sie angemeldet, überall sonst werden Sie abgemeldet.
new-password = Neues Passwort
new-password-again = Noch einmal dasselbe
new-password-hint = Mindestens { $minimum } Zeichen. Ein paar Wörter hintereinander merken sich leichter als Zeichen. Nicht Ihr Name und keines, das Sie schon hatten.
new-password-set = Passwort setzen und weiter
new-password-set-own = Passwort setzen
new-password-differ = Die beiden sind nicht gleich.
new-password-differ-next = Geben Sie das neue Passwort zweimal gleich ein.
new-password-short = Dieses Passwort ist zu kurz.
new-password-short-next = Ein neues hat mindestens { $minimum } Zeichen.
new-password-long = Dieses Passwort ist zu lang.
new-password-long-next = Ein Passwort hat höchstens 128 Zeichen.
new-password-known = Dieses Passwort enthält ein Wort, das leicht zu erraten ist.
new-password-known-next = Lassen Sie Ihren Namen und den der Organisation weg.
new-password-breached = Dieses Passwort ist aus einem Einbruch anderswo bekannt.
new-password-breached-next = Diebe versuchen es zuerst. Wählen Sie ein anderes, und ändern Sie es auch dort, wo Sie es benutzen.
new-password-before = Dieses Passwort hatten Sie schon.
new-password-before-next = Wählen Sie eines, das Sie hier noch nicht benutzt haben.
new-password-unchecked = Im Moment kann kein Passwort gesetzt werden.
new-password-unchecked-next = Ob es aus einem Einbruch bekannt ist, ließ sich nicht nachsehen. Versuchen Sie es später, oder nennen Sie Ihrem Helpdesk die Referenz.
