### The portal: how people see and change how they sign in.

sign-in-to-account = to see how you sign in and where.
sign-in-again-to-account = Sign in again before you change how you sign in.

account = Account and security
skip = Skip to content
signed-in-as = Signed in as { $user }

## How you sign in

methods = How you sign in
method-none = Not set up
password-since = Set on { $at }
app = Authenticator app
app-since = Set up on { $at }
app-none = Not set up. With it, a password alone opens nothing.
recovery-codes = Recovery codes
recovery-codes-left = { $count ->
    [0] None left. Make new ones before you need them.
    [one] One of 10 left. Make new ones before you need them.
   *[other] { $count } of 10 left.
}
recovery-codes-new = New codes
manage = Manage
set-up = Set up

## Where you are signed in

sessions = Where you are signed in
sessions-end-others = Sign out everywhere else
session-this = this browser
session-since = since { $at }
session-seen = last used { $at }
device-unknown = Unknown browser

## What happened

activity = Recent activity
activity-all = Show all
happened-when = When
happened-what = What
happened-where = Where
happened-sign-in = Signed in to this page
happened-sign-in-to = Signed in to { $application }
happened-sign-out = Signed out
happened-failed = Wrong password or code
happened-failed-mark = failed
happened-refused = Not allowed by a rule
happened-change = Changed how you sign in
happened-refused-mark = refused
happened-administration = An administrator changed this account
changed-authenticator-app-set-up = Authenticator app set up
changed-authenticator-app-removed = Authenticator app removed
changed-recovery-codes-renewed = New recovery codes made
changed-session-ended = Signed out in another browser
changed-other-sessions-ended = Signed out everywhere else
pages = Pages
newer = Newer
older = Older

## Authenticator app

app-title = Set up your authenticator app
app-why = From then on a code of the app is asked for after your password. It takes about a minute.
app-replace-why = The app that you set up here takes the place of the present one. Recovery codes that are left stay good.
app-step-1 = Open any authenticator app on your phone. No app yet? Your phone’s store has several; all of them work.
app-step-2 = Choose “add account” and scan the square.
app-step-3 = Type the code that the app shows.
app-picture = QR code with the set-up key
app-by-hand = Cannot scan it?
app-by-hand-how = Type this key into the app, time-based, 6 digits:
app-open = Open an app on this device
app-code-wrong = That code does not match. Type the one showing now, and check that the phone’s clock is set automatically.
app-turn-on = Turn on
app-remove = Remove the authenticator app
app-remove-why = A password alone will open your account, and recovery codes that are left are void. You are signed out in other browsers.
app-demanded = The app stays: it is the last one that counts.
app-demanded-next = An application that you use asks everybody for a second step. Set up another method first, or replace the app above.

## Recovery codes

codes-title = Keep your recovery codes
codes-why = Each of them stands in for your app once. They are shown here and never again.
codes-print = Print this page or write the codes down, and keep them away from your phone.
codes-kept = I have kept them
codes-offer = New recovery codes
codes-offer-why = You get ten new codes. Those of before are void from then on, wherever they are written down.
codes-make = Make new codes

## A second factor during a sign-in

enrol-why = { $organisation } asks for a second step here, such as a code of an app. It takes about a minute.
enrol-steps = Steps
enrol-later = { $days ->
    [one] Not now: one day left to set this up
   *[other] Not now: { $days } days left to set this up
}
enrolled-title = Your authenticator app is set up
enrolled-why = The recovery codes that you kept stay good.
changed-temporary-access-code-used = Temporary access code of the help desk used

## Somebody else, the help desk

not-me = This was not me
not-me-title = Was somebody else at your account?
not-me-why = Report it if you see a sign-in or a change that was not yours.
not-me-sessions = You are signed out everywhere else.
not-me-password = You choose another password, here or at the next sign-in.
not-me-alarm = Your administrators see an alarm.
not-me-report = Report it
not-me-back = Back
changed-stranger-reported = Reported that somebody else was here
caller = The help desk wants to know that it is you who calls.
caller-says = It says { $number }. If the person on the telephone says another number, end the call.
caller-answer = Your answer is { $number }.
caller-nobody = If you are not calling anybody, tell nobody.
