// PouchDB to express-pouchdb: `node pouchdb.mjs DOCUMENTS FOLDER URL BATCH`.
import PouchDB from "pouchdb";
import { given, seconds, tell } from "./figures.mjs";

const [, , , folder, url, batch] = process.argv;
const { documents, updates } = given();
const here = new PouchDB(`${folder}/here-${batch}`);
const there = `${url}/there-${batch}`;
const carry = () => PouchDB.replicate(here, there, { batch_size: Number(batch) });

await here.bulkDocs(documents.map(({ id, text }) => ({ _id: id, text })));
const [load, all] = await seconds(carry);
const known = await here.allDocs({ keys: updates.map(({ id }) => id) });
const revs = new Map(known.rows.map((row) => [row.id, row.value.rev]));
await here.bulkDocs(updates.map(({ id, text }) => ({ _id: id, _rev: revs.get(id), text })));
const [delta, some] = await seconds(carry);
if (all.docs_written !== documents.length || some.docs_written !== updates.length) {
  throw new Error(`${all.docs_written} and ${some.docs_written} documents were written`);
}
const found = await new PouchDB(there).get(updates[0].id);
if (found.text !== updates[0].text) throw new Error("an update didn't arrive");
tell({ load_s: load, delta_s: delta });
