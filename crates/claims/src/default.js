// Token script
// ============
// JavaScript that runs once for each token, after the user has signed in and before the token is signed.
// It adds claims. It cannot change whose token it is: the user's name and anchor stay what is stored.
// While every line is a comment, as here, the token carries UPN, ImmutableID and the time of the sign-in,
// and its issuer is the one registered for the user's domain. A script that fails gives no token.
//
// LoginUser: the person who signed in
// -----------------------------------
//   LoginUser.Username               the sign-in name, ada@contoso.example
//   LoginUser.FirstName              also LastName, DisplayName, Shortname, Description
//   LoginUser.Email
//   LoginUser.MobileNumber           also HomeNumber, OfficeNumber
//   LoginUser.Uuid                   also CanonicalName
//   LoginUser.GroupNames             lists: also GroupNames2, EffectiveGroupNames, GroupDNs, EffectiveGroupDNs
//   LoginUser.RoleNames              a list
//   LoginUser.ServiceType            also ServiceName
//   LoginUser.Get('department')      the first value of any attribute, or null; upper and lower case are alike
//   LoginUser.GetValues('otherMails')              all its values, or an empty list
//   LoginUser.GetGroupAttributeValues('mail')      the values of the user's groups
//   module('User')                   the same person
//
// Application: what the person signs in to
// ----------------------------------------
//   Application.Get('Name')          also Description, Icon, Issuer, SamlScript, TemplateName, Url
//
// Other values
// ------------
//   Issuer                           the registered issuer of the user's domain
//   ServiceUrl                       the address that the token is sent to
//   UserIdentifier                   the anchor by which Microsoft 365 finds the user
//
// Settings. Take the two slashes away to use one.
//
// A claim with one value. A bare name belongs to http://schemas.xmlsoap.org/ws/2005/05/identity/claims;
// a name with slashes is split at the last one. An empty value takes the claim away.
//   setAttribute('emailaddress', LoginUser.Email);
//   setAttribute('http://schemas.example/claims/department', LoginUser.Get('department'));
//
// A claim with several values.
//   setAttributeArray('http://schemas.microsoft.com/ws/2008/06/identity/claims/role', LoginUser.RoleNames);
//
// A claim for some people only.
//   if (LoginUser.Get('country') === 'DE') { setAttribute('http://schemas.example/claims/site', 'Berlin'); }
//
// The issuer. It must be the one that Microsoft 365 holds for the user's domain, letter by letter.
//   setIssuer('URN:' + LoginUser.Username.split('@')[1]);
//
// The subject. Accepted when it is the user's own, or an attribute that was allowed as anchor.
//   setSubjectName(UserIdentifier);
//
// The audience and the format of the name, within what the application allows.
//   setAudience('urn:federation:MicrosoftOnline');
//   setNameFormat('urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified');
//
// A line for the test run; it is kept in the ledger when the script fails.
//   trace('signing in ' + LoginUser.Username);
//
// Known from older scripts, accepted, without effect in this kind of token:
//   setRecipient, setServiceUrl, setHttpDestination, setRelayState, setVersion, setSignatureType,
//   setDigestMethodAlgorithm
//
// What a script may not do
// ------------------------
//   name somebody else as subject, UPN or ImmutableID
//   say that a second factor, a device or a network was seen; such claims can only be taken away
//   run longer than 50 ms, use more than 16 MB, write more than 64 kB or 100 claims
//   reach the network, files, other users or other organisations
//
// A script pasted from an older product runs unchanged, the three lines that set 'IssuerName' included.
// Test it before you save it: the test run shows the claims, the trace and what had no effect.
//
//
// Line 76: your own lines go below this one.
//
//
