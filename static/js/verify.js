// The page /verify/: a file's digest is computed here and only the digest is asked about; records and checkpoints are
// checked here. Nothing leaves the device but that digest, and numbers of records and sizes of checkpoints.
import { Unreadable, decoded, hex, leafHash, readCheckpoint, readKey, rootByInclusion, rootsByGrowth, same, sha256, signedBy } from "./log-proofs.js";

const page = document.querySelector('[data-behaviour~="verify"]');
const words = page.querySelector("[data-words]").dataset;
const answer = page.querySelector("[data-answer]");
const picker = page.querySelector("[data-pick]");
const hashForm = page.querySelector("[data-hash]");
const hasCrypto = window.isSecureContext && Boolean(window.crypto?.subtle);
// More is read into memory nowhere.
const MOST_BYTES = 512 * 1024 * 1024;
let lastDigest = "";

const say = (key, facts = {}) => Object.entries(facts).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words[key] ?? "");

const notice = (kind, title, text = "") => {
  const part = page.querySelector(`template[data-result="${kind}"]`).content.cloneNode(true);
  part.querySelector(".notice__title").textContent = title;
  const line = part.querySelector(".notice__text > p:last-child");
  if (text) line.textContent = text;
  else line.remove();
  return part;
};

const shown = (region, ...parts) => {
  region.replaceChildren(...parts);
  region.focus({ preventScroll: true });
  region.scrollIntoView({ block: "nearest" });
};

// A file by its digest -----------------------------------------------------------------------------------------------

const ask = async (digest) => {
  let got = null;
  try {
    got = await fetch(`/verify/?sha256=${digest}`, { credentials: "same-origin" });
  } catch {
    // Said below.
  }
  // Another file was chosen meanwhile.
  if (digest !== lastDigest) return;
  if (!got?.ok) return shown(answer, notice("cannot", say("cannot"), say(got ? "refused" : "unreachable")));
  const fresh = new DOMParser().parseFromString(await got.text(), "text/html").querySelector("[data-answer]");
  shown(answer, ...fresh.childNodes);
  for (const button of answer.querySelectorAll('[data-behaviour="copy"][hidden]')) button.hidden = false;
};

const pick = async (file) => {
  if (!file) return;
  if (file.size > MOST_BYTES) return shown(answer, notice("cannot", say("cannot"), say("tooLarge")));
  answer.replaceChildren(notice("cannot", say("shaWorking")));
  const data = await file.arrayBuffer().catch(() => null);
  if (!data) return shown(answer, notice("cannot", say("cannot"), say("fileUnreadable")));
  lastDigest = hex(await sha256(data));
  hashForm.elements.sha256.value = lastDigest;
  await ask(lastDigest);
};

const begin = () => {
  picker.hidden = false;
  const input = picker.querySelector('input[type="file"]');
  if (!hasCrypto) {
    picker.replaceChildren(notice("cannot", say("cannot"), say("noCrypto")));
    for (const region of page.querySelectorAll("[data-result-of]")) region.replaceChildren(notice("cannot", say("cannot"), say("noChecks")));
    return;
  }
  // The file stays here: the field stands in no form.
  input.addEventListener("change", () => pick(input.files[0]));
  picker.addEventListener("drop", (event) => pick(event.dataTransfer.files[0]));
  for (const form of page.querySelectorAll("form[data-check]")) form.hidden = false;
};

// Steps and their results --------------------------------------------------------------------------------------------

class Steps {
  constructor() {
    this.list = document.createElement("ul");
    this.list.className = "checks";
    this.failed = false;
    this.open = false;
  }

  add(state, label, note) {
    const step = page.querySelector(`template[data-step="${state}"]`).content.cloneNode(true);
    step.querySelector("[data-label]").textContent = label;
    step.querySelector(".checks__state").textContent = words[state];
    step.querySelector(".checks__note").textContent = note;
    this.list.append(step);
    this.failed ||= state === "error";
    this.open ||= state === "warning";
  }

  signature(result, label, prefix) {
    const states = { good: "passed", bad: "error", none: "error", unknown: "warning" };
    const key = result === "unknown" ? "signatureUnknown" : `${prefix}${result[0].toUpperCase()}${result.slice(1)}`;
    this.add(states[result], label, say(key));
  }

  result(subject) {
    if (this.failed) return [notice("wrong", say(`${subject}Wrong`), say("nextWrong")), this.list];
    return [notice(this.open ? "partly" : "valid", say(`${subject}${this.open ? "Partly" : "Valid"}`)), this.list];
  }
}

const listedKeys = () => Promise.all(Array.from(page.querySelectorAll("[data-log-key]"), (one) => readKey(one.textContent)));
const ownKeys = (text) => Promise.all(text.split(/\s+/).filter(Boolean).map(readKey)).catch(() => { throw new Unreadable(say("noKey")); });

const signatures = async (steps, checkpoint, own, label) => {
  steps.signature(await signedBy(checkpoint, await listedKeys()), label, "signature");
  if (own.length) steps.signature(await signedBy(checkpoint, own), say("own"), "own");
};

const checkpointIn = (text) => {
  try {
    return readCheckpoint(text);
  } catch {
    throw new Unreadable(say("noNote"));
  }
};

// A record with its proof --------------------------------------------------------------------------------------------

const readRecord = (text) => {
  try {
    const said = JSON.parse(text);
    const checkpoint = readCheckpoint(said.checkpoint);
    if (typeof said.record !== "string" || !Number.isSafeInteger(said.index) || said.index < 0) throw new Unreadable("record");
    return { ...said, checkpoint, proof: said.proof.map(decoded), leaf: decoded(said.leaf_hash) };
  } catch {
    throw new Unreadable(say("noJson"));
  }
};

const checkRecord = async (form) => {
  const own = await ownKeys(form.elements.record_key.value);
  const file = form.elements.record_file.files[0];
  const said = readRecord(form.elements.record.value.trim() || (file ? await file.text() : ""));
  const steps = new Steps();
  const leaf = await leafHash(said.record);
  const isLeaf = same(leaf, said.leaf);
  steps.add(isLeaf ? "passed" : "error", say("leaf"), say(isLeaf ? "leafGood" : "leafBad"));
  const { size, root } = said.checkpoint;
  const reached = said.index < size ? await rootByInclusion(leaf, said.index, size, said.proof) : null;
  const isRoot = reached !== null && same(reached, root);
  steps.add(isRoot ? "passed" : "error", say("root"), say(isRoot ? "rootGood" : "rootBad", { index: said.index, size }));
  await signatures(steps, said.checkpoint, own, say("signature"));
  const files = listedFiles(said.record);
  if (lastDigest && files) {
    const isListed = files.some((one) => one?.sha256 === lastDigest);
    steps.add(isListed ? "passed" : "warning", say("file"), say(isListed ? "fileGood" : "fileBad"));
  }
  const original = document.createElement("pre");
  original.className = "code block";
  original.tabIndex = 0;
  original.textContent = said.record;
  return [...steps.result("record"), original];
};

// The files of a report's record; null for every other record.
const listedFiles = (record) => {
  try {
    const said = JSON.parse(record);
    return said.schema?.startsWith("report-published/") && Array.isArray(said.files) ? said.files : null;
  } catch {
    return null;
  }
};

// Two checkpoints ----------------------------------------------------------------------------------------------------

const got = async (address) => {
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => { throw new Unreadable(say("unreachable")); });
  if (response.status === 404) return null;
  if (!response.ok) throw new Unreadable(say("refused"));
  return response.text();
};

const checkGrowth = async (form) => {
  const own = await ownKeys(form.elements.head_key.value);
  const kept = checkpointIn(form.elements.head.value);
  const newest = checkpointIn((await got("/log/checkpoint")) ?? "");
  const steps = new Steps();
  if (kept.origin !== newest.origin) {
    steps.add("error", say("growth"), say("otherLog", { name: kept.origin }));
    return steps.result("log");
  }
  await signatures(steps, kept, own, say("keptSignature"));
  await signatures(steps, newest, own, say("newSignature"));
  const [isGood, key] = await grown(kept, newest);
  steps.add(isGood ? "passed" : "error", say("growth"), say(key, { old: kept.size, size: newest.size }));
  return steps.result("log");
};

const grown = async (kept, newest) => {
  if (kept.size > newest.size) return [false, "growthShorter"];
  if (kept.size === newest.size) return same(kept.root, newest.root) ? [true, "growthGood"] : [false, "growthBad"];
  if (kept.size === 0) return [true, "growthGood"];
  const text = await got(`/api/v1/log/consistency/?from=${kept.size}&size=${newest.size}`);
  if (text === null) return [false, "growthGone"];
  let proof;
  try {
    proof = JSON.parse(text).proof.map(decoded);
  } catch {
    throw new Unreadable(say("refused"));
  }
  const roots = await rootsByGrowth(kept.size, newest.size, proof, kept.root);
  const isGood = roots !== null && same(roots[0], kept.root) && same(roots[1], newest.root);
  return [isGood, isGood ? "growthGood" : "growthBad"];
};

// The forms ----------------------------------------------------------------------------------------------------------

const CHECKS = { record: checkRecord, growth: checkGrowth };

page.addEventListener("submit", async (event) => {
  const form = event.target;
  const name = form.dataset.check;
  if (!name) return;
  event.preventDefault();
  const region = page.querySelector(`[data-result-of="${name}"]`);
  try {
    shown(region, ...(await CHECKS[name](form)));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    shown(region, notice("cannot", say("cannot"), error.message));
  }
});

// A link from the page of a record: its proof is fetched and stands ready.
const fetchRecord = async () => {
  const form = page.querySelector('form[data-check="record"]');
  if (!form.dataset.record) return;
  const text = await got(`/api/v1/log/records/${form.dataset.record}/`).catch(() => null);
  if (text) form.elements.record.value = text;
};

begin();
if (hasCrypto) fetchRecord();
