// Automerge: as many documents, each with a sync state of its own, both sides in one process: `node automerge.mjs
// DOCUMENTS`. Nothing is stored.
import * as Automerge from "@automerge/automerge";
import { given, seconds, tell } from "./figures.mjs";

const { documents, updates } = given();
let bytes = 0;

function synced(pair) {
  for (let quiet = 0; quiet < 2; ) {
    quiet = 0;
    for (const [from, to] of [[0, 1], [1, 0]]) {
      const [state, message] = Automerge.generateSyncMessage(pair.docs[from], pair.states[from]);
      pair.states[from] = state;
      if (message === null) {
        quiet += 1;
        continue;
      }
      bytes += message.length;
      [pair.docs[to], pair.states[to]] = Automerge.receiveSyncMessage(pair.docs[to], pair.states[to], message);
    }
  }
}

const pairs = new Map(documents.map(({ id, text }) => [id, {
  docs: [Automerge.from({ text }), Automerge.init()],
  states: [Automerge.initSyncState(), Automerge.initSyncState()],
}]));
const [load] = await seconds(() => pairs.forEach(synced));
const loaded = bytes;
for (const { id, text } of updates) {
  const pair = pairs.get(id);
  pair.docs[0] = Automerge.change(pair.docs[0], (doc) => { doc.text = text; });
}
const [delta] = await seconds(() => updates.forEach(({ id }) => synced(pairs.get(id))));
for (const { id, text } of updates) {
  if (pairs.get(id).docs[1].text !== text) throw new Error("an update didn't arrive");
}
tell({ load_s: load, delta_s: delta, load_bytes: loaded, delta_bytes: bytes - loaded });
