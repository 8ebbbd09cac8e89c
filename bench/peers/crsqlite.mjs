// cr-sqlite's wasm build: two databases in memory, changes read from one and written to the other: `node crsqlite.mjs
// DOCUMENTS`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { given, seconds, tell } from "./figures.mjs";

// The package is made for browsers: it fetches its wasm, and opens an IndexedDB that a database in memory never uses.
const path = createRequire(import.meta.url).resolve("@vlcn.io/crsqlite-wasm/crsqlite.wasm");
globalThis.fetch = async () => new Response(readFileSync(path), { headers: { "content-type": "application/wasm" } });
globalThis.indexedDB = { open: () => new EventTarget() };
const { default: initWasm } = await import("@vlcn.io/crsqlite-wasm");
const sqlite = await initWasm(() => "crsqlite.wasm");
const { documents, updates } = given();

async function opened() {
  const db = await sqlite.open(":memory:");
  await db.exec("CREATE TABLE document (id TEXT NOT NULL PRIMARY KEY, text TEXT)");
  await db.exec("SELECT crsql_as_crr('document')");
  return db;
}

async function written(db, query, rows) {
  await db.tx(async (tx) => {
    const statement = await tx.prepare(query);
    for (const row of rows) await statement.run(tx, ...row);
    await statement.finalize(tx);
  });
}

const COLUMNS = '"table", pk, cid, val, col_version, db_version, site_id, cl, seq';
async function carried(from, to, above) {
  const rows = await from.execA(`SELECT ${COLUMNS} FROM crsql_changes WHERE db_version > ?`, [above]);
  await written(to, `INSERT INTO crsql_changes (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, rows);
  return rows.length;
}

const [here, there] = [await opened(), await opened()];
await written(here, "INSERT INTO document VALUES (?, ?)", documents.map(({ id, text }) => [id, text]));
const [load] = await seconds(() => carried(here, there, 0));
const [[version]] = await here.execA("SELECT crsql_db_version()");
await written(here, "UPDATE document SET text = ? WHERE id = ?", updates.map(({ id, text }) => [text, id]));
const [delta] = await seconds(() => carried(here, there, version));
const [[text]] = await there.execA("SELECT text FROM document WHERE id = ?", [updates[0].id]);
const [[count]] = await there.execA("SELECT count(*) FROM document");
if (text !== updates[0].text || count !== documents.length) throw new Error("something didn't arrive");
tell({ load_s: load, delta_s: delta });
