## Codes per E-Mail

mail-code-title = Code per E-Mail erhalten
mail-code-offer = Wir können einen Code an { $mailbox } senden.
mail-code-send = Code senden
mail-code-sent = Wir haben einen Code an { $mailbox } gesendet. Er gilt einmal und 10 Minuten lang.
mail-code-hint = Noch nicht da? Sehen Sie bei unerwünschter E-Mail nach, oder lassen Sie nach einer Minute einen neuen senden. Nur der letzte gilt.
mail-code-again = Neuen Code senden
mail-code-wrong-next = Jeder Code gilt einmal, und nur der letzte. Sehen Sie in Ihrer neuesten E-Mail nach, oder lassen Sie einen neuen senden.
mail-code-unsent = Es konnte kein Code gesendet werden.
mail-code-unsent-next = Wählen Sie einen anderen Weg, oder melden Sie sich beim Helpdesk.
