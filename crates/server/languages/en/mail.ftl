## Codes by mail

mail-code-title = Get a code by mail
mail-code-offer = We can send a code to { $mailbox } now.
mail-code-send = Send a code
mail-code-sent = We sent a code to { $mailbox }; it works once, for 10 minutes.
mail-code-hint = Not there yet? Look among unwanted mail, or have another one sent after a minute. Only the latest works.
mail-code-again = Send another code
mail-code-wrong-next = Each code works once, and only the latest one. Look at the end of your mail, or have another one sent.
mail-code-unsent = No code could be sent.
mail-code-unsent-next = Use another method, or tell your help desk.
