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

const global = globalThis;
global.LoginUser = LoginUser;
global.Application = {
  Get(name) {
    const value = application[text(name).toLowerCase()];
    return typeof value === "string" ? value : null;
  },
};
global.Issuer = input.issuer;
global.ServiceUrl = input.serviceUrl;
global.UserIdentifier = input.userIdentifier;
global.module = (name) => (text(name).toLowerCase() === "user" ? LoginUser : null);
global.setAttribute = setAttribute;
global.setAttributeArray = setAttribute;
global.setIssuer = (value) => note({ issuer: text(value) });
global.setSubjectName = (value) => note({ subject: text(value) });
global.setAudience = (value) => note({ audience: text(value) });
global.setNameFormat = (value) => note({ nameFormat: text(value) });
global.setRecipient = ignored("setRecipient");
global.setServiceUrl = ignored("setServiceUrl");
global.setHttpDestination = ignored("setHttpDestination");
global.setRelayState = ignored("setRelayState");
global.setVersion = ignored("setVersion");
global.setSignatureType = ignored("setSignatureType");
global.setDigestMethodAlgorithm = ignored("setDigestMethodAlgorithm");
return effects;
