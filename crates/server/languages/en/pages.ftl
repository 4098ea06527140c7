### What people read. Plain, present tense, no exclamation marks; the same words for unknown, wrong and disabled.

## Parts of every page

reference = Reference { $reference }
fact-reference = Reference
fact-time = Time
fact-code = Code
fact-address = Your address
fact-correlation = Request

## Sign-in

sign-in = Sign in
sign-in-to = to continue to { $application }
sign-in-again-to = { $application } asks you to sign in again.
user-name = Email address
password = Password
password-show = Show
password-hide = Hide
caps-lock = Caps Lock is on.
keep = Keep me signed in on this device
wrong-credentials = That name and password do not match.
wrong-credentials-next = Check both and try again. Nothing else has changed.
wait = Wait before the next try.
wait-next = { $seconds ->
    [one] There were too many wrong tries. Try again in one second.
   *[other] There were too many wrong tries. Try again in { $seconds } seconds.
}
stale = This page was open for too long.
stale-next = Nothing was sent on. Sign in again here.

## Second factor

code-title = Enter your code
code-why = Open your authenticator app and type the 6-digit code for { $organisation }.
code = Code
code-hint = It changes every 30 seconds. The previous code still works for a moment.
code-wrong = That code does not match, or was used before.
code-wrong-next = Each code works once. Wait for the next one in your app and type that.
recovery = Use a recovery code
recovery-code = Recovery code
recovery-hint = One of the codes you kept when you set up the app. Each works once.
other-account = Use a different account

## Handing over

post-back = Signing you in to { $application }
post-back-soon = You will be there in a moment.
post-back-stuck = Nothing happening? Choose Continue.
continue = Continue
continuing = One moment
continuing-why = Your sign-in continues by itself.

## Stops

stopped = This sign-in cannot be completed
denied = You cannot sign in to { $application }
denied-from-here = You cannot sign in from here
denied-anywhere = You cannot sign in here
what-to-do = What to do.
advice-application = Open the application again. If this happens again, give the reference to your help desk.
advice-access = If you need access, ask your help desk and give them the reference.
advice-rule = On a VPN? Turn it off and open the application again. If you need access from here or at this time, ask your help desk and give them the reference.
advice-later = Try again in a minute. If this happens again, give the reference to your help desk.
advice-start = Go to the start page and sign in from there.
start-page = Go to the start page

loop = The application keeps sending you back
loop-why = It got { $count } sign-ins from this browser within { $window } seconds and did not keep you signed in, so we stopped. Nothing is wrong with your account.
loop-causes = Most often the application’s cookies are blocked, or the clock of this device is wrong.
loop-second-factor = Microsoft 365 may want a second factor that nobody asks you for here. Tell your help desk the reference: they can have it asked for. If it is not that, the application’s cookies are blocked, or the clock of this device is wrong.
try-again = Try again

page-not-found = There is no such page
page-not-found-why = The address may be mistyped or out of date.
method-not-allowed = This page cannot be used that way
method-not-allowed-why = The request was of a kind that this address does not answer.
busy = Many people are signing in at the moment
busy-why = Nothing was sent on and nothing is lost. Try again in a moment.
failed = Something went wrong on our side
failed-why = The sign-in was stopped and nothing was sent on.

## Signed out, start page

signed-out = You are signed out
signed-out-of = of { $organisation } and of the apps you opened in this browser.
signed-out-apps = Apps
signed-out-told = told to sign you out
signed-out-shared = On a shared computer, close all browser windows.
signed-out-next = Continue
home = You are signed in
home-at = to { $organisation } as { $user }
home-anonymous = Sign in to { $organisation }
home-anonymous-why = to open your apps.
microsoft-365 = Open Microsoft 365
sign-out = Sign out
