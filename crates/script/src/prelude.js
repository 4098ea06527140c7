// Runs before every host and script, as the head of one module with the host. Written for speed: it runs each time.
// The engine must keep its compiler until the script is parsed. These are all the ways to it from inside.
const close = (made) => delete Object.getPrototypeOf(made).constructor;
close(close);
close(function* () {});
close(async () => {});
close(async function* () {});
delete globalThis.eval;
delete globalThis.Function;
delete globalThis.queueMicrotask;

export const traced = [];
globalThis.trace = (text) => {
  if (traced.length < 100) {
    traced[traced.length] = String(text).slice(0, 500).toWellFormed();
  }
};
