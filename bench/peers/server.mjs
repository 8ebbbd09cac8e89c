// A PouchDB on LevelDB behind express-pouchdb, in a process of its own: `node server.mjs FOLDER`; says its port.
import express from "express";
import expressPouchDB from "express-pouchdb";
import PouchDB from "pouchdb";

const folder = process.argv[2];
const app = express();
app.use("/", expressPouchDB(PouchDB.defaults({ prefix: `${folder}/` }), {
  mode: "minimumForPouchDB",
  inMemoryConfig: true,
  logPath: `${folder}/log.txt`,
}));
const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));
