// The objects and functions of token scripts (protocol.md §2.8 "Token script").
// Runs as the body of a function of `input` before each script; what it returns is the outcome of the run.
// Everything that a script asks for is only noted here. Rust judges it (S70, S40).
// Written for speed: it runs for each token.
const effects = [];
const { user, attributes, application } = input;

const note = (effect) => {
  effects[effects.length] = effect;
};
const text = (value) => (value === null || value === undefined ? "" : String(value));
// What every object has, `constructor` for one, is no attribute: those are lists.
const values = (name) => {
  const found = attributes[text(name).toLowerCase()];
  return Array.isArray(found) ? found : [];
};
const first = (name) => {
  const found = values(name);
  return found.length ? found[0] : null;
};
const list = (value) => (Array.isArray(value) ? value.map(text) : [text(value)]);

const setAttribute = (name, value) => note({ attribute: [text(name), list(value)] });
const ignored = (name) => () => note({ ignored: name });

let username = user.Username;
const LoginUser = {
  __proto__: user,
  get Username() {
    return username;
  },
  set Username(value) {
    username = text(value);
    note({ subject: username });
  },
  Get: first,
  GetValues: (name) => values(name).slice(),
  GetGroupAttributeValues: () => [],
};

// A script that does not name one of these does without it: see `Program::new`.
globalThis.LoginUser = LoginUser;
globalThis.Application = {
  Get(name) {
    const value = application[text(name).toLowerCase()];
    return typeof value === "string" ? value : null;
  },
};
globalThis.Issuer = input.issuer;
globalThis.ServiceUrl = input.serviceUrl;
globalThis.UserIdentifier = input.userIdentifier;
globalThis.module = (name) => (text(name).toLowerCase() === "user" ? LoginUser : null);
globalThis.setAttribute = setAttribute;
globalThis.setAttributeArray = setAttribute;
globalThis.setIssuer = (value) => note({ issuer: text(value) });
globalThis.setSubjectName = (value) => note({ subject: text(value) });
globalThis.setAudience = (value) => note({ audience: text(value) });
globalThis.setNameFormat = (value) => note({ nameFormat: text(value) });
globalThis.setRecipient = ignored("setRecipient");
globalThis.setServiceUrl = ignored("setServiceUrl");
globalThis.setHttpDestination = ignored("setHttpDestination");
globalThis.setRelayState = ignored("setRelayState");
globalThis.setVersion = ignored("setVersion");
globalThis.setSignatureType = ignored("setSignatureType");
globalThis.setDigestMethodAlgorithm = ignored("setDigestMethodAlgorithm");
return effects;
