// Extras of the sign-in page, in ES5 for old embedded engines: the page works without them.
(function () {
  'use strict';
  var password = document.getElementById('password');
  var reveal = document.getElementById('reveal');
  var caps = document.getElementById('caps-lock');
  var form = document.getElementById('sign-in');
  if (!password || !reveal || !caps || !form) { return; }

  reveal.hidden = false;
  reveal.removeAttribute('hidden');
  reveal.onclick = function () {
    var shown = password.type === 'text';
    password.type = shown ? 'password' : 'text';
    reveal.setAttribute('aria-pressed', shown ? 'false' : 'true');
    reveal.firstChild.nodeValue = reveal.getAttribute(shown ? 'data-show' : 'data-hide');
    password.focus();
  };

  password.onkeyup = password.onkeydown = function (event) {
    if (!event || !event.getModifierState) { return; }
    if (event.getModifierState('CapsLock')) {
      caps.removeAttribute('hidden');
    } else {
      caps.setAttribute('hidden', '');
    }
  };

  // A second click while the first answer is on its way would count as a second attempt.
  var sent = false;
  form.onsubmit = function () {
    if (sent) { return false; }
    sent = true;
    password.type = 'password';
    document.getElementById('submit').setAttribute('aria-busy', 'true');
    return true;
  };
  // Coming back with the browser's back button shows the page as it was left: make it usable again.
  window.onpageshow = function () {
    sent = false;
    document.getElementById('submit').removeAttribute('aria-busy');
  };
}());
