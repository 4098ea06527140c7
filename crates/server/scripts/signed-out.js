// Moves on to the address that asked for the sign-out as soon as each application's clean-up has loaded.
// Without it the page moves on by itself after 5 s. ES5 for old embedded engines.
(function () {
  'use strict';
  var next = document.getElementById('next');
  if (next) {
    window.onload = function () { window.location.replace(next.href); };
  }
}());
