// Asks the browser for a passkey, or for a new one, in ES5 like every script here: engines that know no passkey leave
// before the first line that they could not read. A page without its form, or at an address where the organisation's
// passkeys do not work, is left as it is.
(function () {
  'use strict';
  var form = document.getElementById('passkey');
  var button = document.getElementById('passkey-start');
  if (!form || !button || !window.PublicKeyCredential || !window.Promise || !navigator.credentials) { return; }
  var isNew = form.getAttribute('data-passkey') === 'create';
  var asked = JSON.parse(form.getAttribute('data-options'));
  var domain = isNew ? asked.rp.id : asked.rpId;
  var host = window.location.hostname;
  if (host !== domain && host.slice(-domain.length - 1) !== '.' + domain) { return; }

  function bytes(text) {
    var binary = window.atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    var array = new Uint8Array(binary.length);
    for (var i = 0; i < binary.length; i += 1) { array[i] = binary.charCodeAt(i); }
    return array;
  }

  function text(buffer) {
    var array = new Uint8Array(buffer);
    var binary = '';
    for (var i = 0; i < array.length; i += 1) { binary += String.fromCharCode(array[i]); }
    return window.btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }

  function withBytes(list) {
    (list || []).forEach(function (descriptor) { descriptor.id = bytes(descriptor.id); });
  }

  asked.challenge = bytes(asked.challenge);
  withBytes(asked.allowCredentials);
  withBytes(asked.excludeCredentials);
  if (asked.user) { asked.user.id = bytes(asked.user.id); }

  // What the server reads: WebAuthn Level 3, section 5.1.
  function written(credential) {
    var from = credential.response;
    var response = { clientDataJSON: text(from.clientDataJSON) };
    if (isNew) {
      response.attestationObject = text(from.attestationObject);
    } else {
      response.authenticatorData = text(from.authenticatorData);
      response.signature = text(from.signature);
      response.userHandle = from.userHandle ? text(from.userHandle) : null;
    }
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response
    });
  }

  var failed = document.getElementById('passkey-failed');
  var keep = document.querySelector('#sign-in input[name=keep]');
  var waiting = null;

  function send(credential) {
    form.elements.answer.value = written(credential);
    if (form.elements.keep) { form.elements.keep.value = keep && keep.checked ? 'yes' : ''; }
    form.submit();
  }

  function ask() {
    if (waiting) { waiting.abort(); waiting = null; }
    if (failed) { failed.setAttribute('hidden', ''); }
    button.setAttribute('aria-busy', 'true');
    var call = isNew ? navigator.credentials.create({ publicKey: asked })
      : navigator.credentials.get({ publicKey: asked });
    call.then(send, function () {
      button.removeAttribute('aria-busy');
      if (failed) { failed.removeAttribute('hidden'); }
    });
    return false;
  }

  form.removeAttribute('hidden');
  form.onsubmit = function () {
    return button.getAttribute('aria-busy') === 'true' ? false : ask();
  };
  window.onpageshow = function (event) {
    if (event.persisted) { button.removeAttribute('aria-busy'); }
  };

  if (form.getAttribute('data-passkey') === 'now') {
    ask();
  } else if (!isNew && window.AbortController && PublicKeyCredential.isConditionalMediationAvailable) {
    // Passkeys among the names that the browser proposes for the first field.
    PublicKeyCredential.isConditionalMediationAvailable().then(function (available) {
      if (!available || button.getAttribute('aria-busy') === 'true') { return; }
      waiting = new window.AbortController();
      navigator.credentials.get({ publicKey: asked, mediation: 'conditional', signal: waiting.signal })
        .then(send, function () { waiting = null; });
    });
  }
}());
