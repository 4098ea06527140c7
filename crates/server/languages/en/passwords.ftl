### Choosing a new password.

password-change = Change
new-password-title = Choose a new password
new-password-demanded = The one you have is good for this sign-in only. Choose one that nobody else knows.
new-password-expired = { $organisation } asks for a new one from time to time, and the one you have is too old.
new-password-own = You stay signed in here and are signed out everywhere else.
new-password = New password
new-password-again = The same once more
new-password-hint = At least { $minimum } characters. A few words in a row are easier to remember than signs. Not your name, and none that you had before.
new-password-set = Set the password and continue
new-password-set-own = Set the password
new-password-differ = The two do not match.
new-password-differ-next = Type the new password twice, the same each time.
new-password-short = That password is too short.
new-password-short-next = A new one has at least { $minimum } characters.
new-password-long = That password is too long.
new-password-long-next = A password has at most 128 characters.
new-password-known = That password holds a word that is easy to guess.
new-password-known-next = Leave out your name and that of the organisation.
new-password-breached = That password is known from a break-in elsewhere.
new-password-breached-next = It is among the first that thieves try. Choose another, and change it where you use it too.
new-password-before = You had that password before.
new-password-before-next = Choose one that you did not use here.
new-password-unchecked = No password can be set at this moment.
new-password-unchecked-next = Whether it is known from a break-in could not be looked up. Try again later, or give the reference to your help desk.
