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
