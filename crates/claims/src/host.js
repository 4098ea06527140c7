// The objects and functions of token scripts (protocol.md §2.8 "Token script").
// Runs as the body of a function of `input` before each script; what it returns is the outcome of the run.
// Everything that a script asks for is only noted here. Rust judges it (S70, S40).
const effects = [];
const { user, attributes, application } = input;
Object.setPrototypeOf(attributes, null);
Object.setPrototypeOf(application, null);

const note = (effect) => {
  effects[effects.length] = effect;
};
const text = (value) => (value === null || value === undefined ? "" : String(value));
const values = (name) => attributes[text(name).toLowerCase()] || [];
const first = (name) => {
  const found = values(name);
  return found.length ? found[0] : null;
};
const list = (value) => (Array.isArray(value) ? Array.from(value, text) : [text(value)]);

const setAttribute = (name, value) => note({ attribute: [text(name), list(value)] });
const ignored = (name) => () => note({ ignored: name });

let username = user.Username;
user.Get = first;
user.GetValues = (name) => Array.from(values(name));
user.GetGroupAttributeValues = () => [];
Object.defineProperty(user, "Username", {
  enumerable: true,
  get: () => username,
  set(value) {
    username = text(value);
    note({ subject: username });
  },
});

Object.assign(globalThis, {
  LoginUser: user,
  Application: {
    Get(name) {
      const value = application[text(name).toLowerCase()];
      return value === undefined ? null : value;
    },
  },
  Issuer: input.issuer,
  ServiceUrl: input.serviceUrl,
  UserIdentifier: input.userIdentifier,
  module: (name) => (text(name).toLowerCase() === "user" ? user : null),
  setAttribute,
  setAttributeArray: setAttribute,
  setIssuer: (value) => note({ issuer: text(value) }),
  setSubjectName: (value) => note({ subject: text(value) }),
  setAudience: (value) => note({ audience: text(value) }),
  setNameFormat: (value) => note({ nameFormat: text(value) }),
  setRecipient: ignored("setRecipient"),
  setServiceUrl: ignored("setServiceUrl"),
  setHttpDestination: ignored("setHttpDestination"),
  setRelayState: ignored("setRelayState"),
  setVersion: ignored("setVersion"),
  setSignatureType: ignored("setSignatureType"),
  setDigestMethodAlgorithm: ignored("setDigestMethodAlgorithm"),
});
return effects;
