// The public log, checked in the browser: hashing and proofs (RFC 9162 section 2.1), signed notes and checkpoints
// (c2sp.org), Ed25519 by WebCrypto. Sizes are whole numbers below 2^53; hashes are Uint8Arrays of 32 bytes.
const bytes = (text) => new TextEncoder().encode(text);

export class Unreadable extends Error {}

export const decoded = (text) => {
  if (typeof text !== "string" || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new Unreadable("base64");
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
};

export const same = (left, right) => left.length === right.length && left.every((byte, place) => byte === right[place]);

const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

export const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
export const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const leafHash = (record) => sha256(joined(Uint8Array.of(0), bytes(record)));
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

// The largest power of two below a count: where a tree of so many leaves is split.
const split = (count) => {
  let half = 1;
  while (half * 2 < count) half *= 2;
  return half;
};

// The root that a proof of inclusion leads to, by the shape of the tree; null where the proof has another length.
export const rootByInclusion = async (leaf, index, size, proof) => {
  const sides = [];
  for (let first = 0, count = size; count > 1; ) {
    const half = split(count);
    const goesLeft = index < first + half;
    sides.unshift(goesLeft);
    if (!goesLeft) first += half;
    count = goesLeft ? half : count - half;
  }
  if (sides.length !== proof.length) return null;
  let hash = leaf;
  for (const [place, step] of proof.entries()) hash = sides[place] ? await nodeHash(hash, step) : await nodeHash(step, hash);
  return hash;
};

// Both roots that a proof of consistency leads to, by the recursion of section 2.1.4.1; null where its length is another.
export const rootsByGrowth = async (old, size, proof, oldRoot) => {
  const steps = [...proof];
  let short = false;
  const take = () => {
    if (steps.length === 0) short = true;
    return steps.pop() ?? new Uint8Array(32);
  };
  const both = async (part, count, isWhole) => {
    if (part === count) {
      const whole = isWhole ? oldRoot : take();
      return [whole, whole];
    }
    const half = split(count);
    if (part <= half) {
      const right = take();
      const [older, newer] = await both(part, half, isWhole);
      return [older, await nodeHash(newer, right)];
    }
    const left = take();
    const [older, newer] = await both(part - half, count - half, false);
    return [await nodeHash(left, older), await nodeHash(left, newer)];
  };
  const roots = await both(old, size, true);
  return short || steps.length ? null : roots;
};

// A key in one line, <name>+<id>+<key>.
export const readKey = async (text) => {
  const [, name, id, value] = /^([^\s+]+)\+([0-9a-fA-F]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  if (!name) throw new Unreadable("key");
  const raw = decoded(value);
  if (raw.length !== 33 || raw[0] !== 1) throw new Unreadable("key");
  const digest = await sha256(joined(bytes(`${name}\n`), raw));
  if (hex(digest.slice(0, 4)) !== id.toLowerCase()) throw new Unreadable("key");
  return { name, id: digest.slice(0, 4), key: raw.slice(1) };
};

// A checkpoint as it was pasted or fetched: what is signed, what it says, and the signatures.
export const readCheckpoint = (pasted) => {
  const note = `${pasted.replaceAll("\r", "").trim()}\n`;
  const at = note.lastIndexOf("\n\n");
  const text = note.slice(0, at + 1);
  const [origin, size, root] = text.split("\n");
  if (at < 0 || !origin || !/^(?:0|[1-9][0-9]{0,14})$/.test(size ?? "")) throw new Unreadable("checkpoint");
  const hash = decoded(root);
  if (hash.length !== 32) throw new Unreadable("checkpoint");
  const signatures = note.slice(at + 2).trimEnd().split("\n").map((line) => {
    const [, name, value] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    if (!name) throw new Unreadable("checkpoint");
    const raw = decoded(value);
    return { name, id: raw.slice(0, 4), value: raw.slice(4) };
  });
  return { text, origin, size: Number(size), root: hash, signatures };
};

// "good", "bad" (a signature in a key's name is not its own), "none" (these keys did not sign), "unknown" (no Ed25519 here).
export const signedBy = async (checkpoint, keys) => {
  let found = "none";
  for (const { name, id, key } of keys) {
    for (const signature of checkpoint.signatures.filter((one) => one.name === name && same(one.id, id))) {
      let isGood = false;
      try {
        const imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
        isGood = await crypto.subtle.verify({ name: "Ed25519" }, imported, signature.value, bytes(checkpoint.text));
      } catch (error) {
        if (error.name === "NotSupportedError") return "unknown";
      }
      if (!isGood) return "bad";
      found = "good";
    }
  }
  return found;
};
