// The page of a certificate: what its QR carries behind the # is checked here against the published keys (Ed25519 by
// WebCrypto) and held against what is registered. Nothing of it leaves the device.
const part = document.querySelector('[data-behaviour~="certificate"]');
const DOMAIN = "redcross-certificate/1\n";
const PARTS = 9;

const decoded = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const show = (result) => {
  part.querySelector("[data-answer]").replaceChildren(part.querySelector(`template[data-result="${result}"]`).content.cloneNode(true));
  part.hidden = false;
};

const isSigned = async (text, signature, raw) => {
  const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, new TextEncoder().encode(DOMAIN + text));
};

const check = async (payload) => {
  if (!window.isSecureContext || !window.crypto?.subtle) return "unknown";
  const parts = payload.split(".");
  if (parts.length !== PARTS || parts[0] !== "1") return "bad";
  const published = (await (await fetch(part.dataset.keys)).json()).keys;
  const key = Object.hasOwn(published, parts[7]) ? published[parts[7]] : null;
  if (!key) return "bad";
  let signature;
  try {
    signature = decoded(parts[8]);
  } catch {
    return "bad";
  }
  if (!(await isSigned(parts.slice(0, -1).join("."), signature, decoded(key.base64)))) return "bad";
  const { code, number, kind, issued, expires } = part.dataset;
  return [code, number, kind, issued, expires].every((value, place) => value === parts[place + 1]) ? "good" : "differs";
};

const begin = async () => {
  let payload = window.location.hash.slice(1);
  try {
    payload = decodeURIComponent(payload);
  } catch {
    // As it stands: it will not verify.
  }
  // An anchor of the page is none.
  if (!payload.includes(".")) return;
  // A browser without Ed25519 refuses the key; without a network there are no keys.
  show(await check(payload).catch(() => "unknown"));
};

if (part) begin();
