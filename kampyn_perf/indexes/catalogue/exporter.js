// Prints the indexes that a Mongoose project declares, as JSON for
//   kampyn-perf indexes import --mongoose declared.json
//
// Run it with node in the project's folder; it needs nothing but the project's own mongoose:
//   node export-indexes.js [FILE or FOLDER ...] > declared.json
// Without a name, the folders models, src/models, app/models and lib/models are loaded. No
// connection is opened, and no value of an environment variable that holds a URI is read into it:
// the project gets a stand-in that says which variable it is from.
(async () => {
  const { createRequire } = await import('node:module');
  const { pathToFileURL } = await import('node:url');
  const path = await import('node:path');
  const fs = (await import('node:fs')).default;
  const root = process.cwd();
  const problems = [];
  const tell = (text) => process.stderr.write(`${text}\n`);
  const problem = (text) => { problems.push(text); tell(text); };
  // What the project prints belongs to people: stdout is for the JSON.
  const print = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  for (const name of ['write', 'writeSync']) {
    const original = fs[name]; // of loggers that write to the file themselves
    fs[name] = (file, ...rest) => original.call(fs, file === 1 ? 2 : file, ...rest);
  }

  // Which variable a URI is from.
  const URI_VALUE = /^mongodb(\+srv)?:\/\//;
  const URI_NAME = /MONGO|(^|_)(DB|DATABASE)_?(URI|URL|CONNECTION|CONN)/i;
  const IS_URI = /(URI|URL|CONN|CONNECTION|STRING|CLUSTER|HOST)/i;
  const standIn = (name, database) => `mongodb://variable.invalid/${database}?variable=${name}`;
  const databaseOf = (uri) => (/^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]*)/.exec(uri) || ['', ''])[1];
  process.env = new Proxy(process.env, {
    get(variables, name) {
      const value = variables[name];
      if (typeof name !== 'string') return value;
      if (typeof value === 'string' && URI_VALUE.test(value)) return standIn(name, databaseOf(value));
      if (value === undefined && URI_NAME.test(name) && IS_URI.test(name)) return standIn(name, '');
      return value;
    },
  });

  let mongoose;
  try {
    mongoose = createRequire(path.join(root, 'index.js'))('mongoose');
  } catch (error) {
    tell(`no mongoose here: ${error.message.split('\n')[0]}`);
    tell('Run this in the folder of the project, after npm install.');
    process.exit(2);
  }

  // Nothing is connected; each connection remembers what it was to be opened with.
  const uriOf = new Map();
  mongoose.Connection.prototype.openUri = function openUri(uri) {
    uriOf.set(this, String(uri));
    this.$initialConnection = Promise.resolve(this);
    return this.$initialConnection;
  };
  const parentOf = new Map();
  const prototype = Object.getPrototypeOf(mongoose.connection);
  const { useDb } = prototype;
  prototype.useDb = function useDbOf(name, ...rest) {
    const connection = useDb.call(this, name, ...rest);
    parentOf.set(connection, { parent: this, database: name });
    return connection;
  };
  const optional = (key, value) => { try { mongoose.set(key, value); } catch { /* older */ } };
  optional('autoIndex', false);
  optional('autoCreate', false);

  const wanted = process.argv.slice(2);
  const usual = ['models', 'src/models', 'app/models', 'lib/models', 'server/models'];
  const places = wanted.length ? wanted : usual.filter((name) => fs.existsSync(path.join(root, name)));
  if (!places.length) {
    tell(`no models here: there is no folder ${usual.join(', ')}`);
    tell('Name the files or folders of the models: node export-indexes.js db/schemas');
    process.exit(2);
  }
  const filesOf = (place) => {
    if (!fs.existsSync(place)) { problem(`${place}: there is no such file`); return []; }
    if (!fs.statSync(place).isDirectory()) return [place];
    return fs.readdirSync(place, { withFileTypes: true })
      .filter((entry) => entry.name !== 'node_modules' && !/(\.|^)(test|spec)\./.test(entry.name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => (entry.isDirectory() || /\.[cm]?js$/.test(entry.name)
        ? filesOf(path.join(place, entry.name)) : []));
  };
  const files = places.flatMap((place) => filesOf(path.resolve(root, place)));
  for (const file of files) {
    try {
      await import(pathToFileURL(file).href);
    } catch (error) {
      problem(`${path.relative(root, file)}: cannot be loaded: ${String(error.message).split('\n')[0]}`);
    }
  }
  if (!files.length) problem('no .js, .cjs or .mjs files there; TypeScript: name what it was built to');

  // All connections, those of useDb() too.
  const connections = new Set([mongoose.connection, ...mongoose.connections, ...parentOf.keys()]);
  const clusters = {};
  const clusterOf = (connection) => {
    const { parent, database } = parentOf.get(connection) || { parent: connection, database: '' };
    const uri = uriOf.get(parent) || '';
    const variable = (/[?&]variable=([^&]+)/.exec(uri) || ['', ''])[1];
    let name = variable.replace(/^(MONGO(DB)?|DATABASE|DB)_?(URI|URL)_?/i, '')
      .replace(/_?(MONGO(DB)?)?_?(URI|URL)$/i, '').toLowerCase() || 'default';
    if (!variable && uri) {
      name = `connection${[...uriOf.keys()].indexOf(parent) + 1}`;
      problem(`a connection is opened without an environment variable: its cluster is called ${name}`);
    }
    const key = database ? `${name}-${database}` : name;
    const made = name === 'default' ? 'MONGO_URI' : `MONGO_URI_${name.toUpperCase().replace(/\W/g, '_')}`;
    clusters[key] = { variable: variable || made, database };
    return key;
  };

  // Plain data: what JSON has no word for becomes extended JSON.
  const plain = (value, where) => {
    if (value === null || value === undefined) return null;
    if (typeof value === 'function' || typeof value === 'symbol') {
      problem(`${where}: ${typeof value} ${value.name || ''} has no place in JSON`);
      return null;
    }
    if (value instanceof Date) return { $date: value.toISOString() };
    if (value instanceof RegExp) return { $regularExpression: { pattern: value.source, options: value.flags } };
    if (Array.isArray(value)) return value.map((item) => plain(item, where));
    if (value._bsontype === 'ObjectId' || value._bsontype === 'ObjectID') return { $oid: String(value) };
    if (value instanceof Map) return plain(Object.fromEntries(value), where);
    if (typeof value === 'bigint') return { $numberLong: String(value) };
    if (typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, plain(item, `${where}.${key}`)]));
    }
    return value;
  };

  const NOT_OF_AN_INDEX = new Set(['background', '_autoIndex', 'autoIndex', 'w', 'writeConcern', 'dropDups']);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const indexesOf = (model) => {
    const schema = model.schema;
    const base = schema._baseSchema ? schema._baseSchema.indexes() : [];
    const found = [];
    for (const [keys, given] of schema.indexes()) {
      if (base.some((other) => same(other, [keys, given]))) continue;
      const where = `${model.modelName}: index on ${Object.keys(keys).join(', ')}`;
      if (Object.keys(keys).some((key) => key.includes('$*'))) {
        problem(`${where}: inside a Map, where Mongoose builds it on a field called $*; left out`);
        continue;
      }
      const options = { ...given };
      const mapping = schema.discriminatorMapping;
      if (mapping && mapping.value && !mapping.isRoot && !('sparse' in options)) {
        const own = { [schema.options.discriminatorKey]: mapping.value };
        options.partialFilterExpression = { ...own, ...options.partialFilterExpression };
      }
      const isText = Object.values(keys).includes('text');
      if (schema.options.collation && !('collation' in options) && !isText) {
        options.collation = schema.options.collation;
      }
      const kept = Object.entries(options).filter(([name, value]) => !NOT_OF_AN_INDEX.has(name)
        && value !== undefined && value !== false && value !== null);
      found.push([plain(keys, where), plain(Object.fromEntries(kept), where)]);
    }
    return found;
  };

  // Which fields every document has, which some lack, and which hold arrays. One with a default is
  // neither: it is there unless somebody took it away.
  const factsOf = (schema) => {
    const facts = { required: [], optional: [], arrays: [] };
    const walk = (inner, prefix, always, seen) => {
      if (seen.includes(inner)) return;
      const { timestamps: given } = inner.options;
      const named = (key, usual) => (given === true || given[key] === undefined || given[key] === true ? usual : given[key]);
      const timestamps = given ? [named('createdAt', 'createdAt'), named('updatedAt', 'updatedAt')] : [];
      inner.eachPath((name, type) => {
        const full = prefix + name;
        const asked = type.originalRequiredValue !== undefined ? type.originalRequiredValue : type.options.required;
        const isArray = type.instance === 'Array' || Array.isArray(type.options.type);
        const demanded = always && type.isRequired === true && typeof asked !== 'function'
          && !(Array.isArray(asked) && typeof asked[0] === 'function');
        const byDefault = type.defaultValue !== undefined && type.defaultValue !== null;
        if (isArray) facts.arrays.push(full);
        else if (always && timestamps.includes(name)) facts.required.push(full);
        else if (byDefault && !demanded) return;
        else if (name !== '_id' && name !== '__v') facts[demanded ? 'required' : 'optional'].push(full);
        if (type.schema) walk(type.schema, `${full}.`, demanded && !isArray, [...seen, inner]);
      });
    };
    walk(schema, '', true, []);
    return facts;
  };

  const models = [];
  for (const connection of connections) {
    for (const name of connection.modelNames()) {
      const model = connection.model(name);
      if (model.schema.options.timeseries) problem(`${name}: a time-series collection; declare it by hand`);
      if ((model.schema._searchIndexes || []).length) problem(`${name}: search indexes are Atlas's; left out`);
      models.push({
        model: name,
        collection: model.collection.name || model.collection.collectionName,
        cluster: clusterOf(connection),
        indexes: indexesOf(model),
        ...factsOf(model.schema),
      });
    }
  }
  if (!models.length) problem('no model was declared by what was loaded');
  const count = models.reduce((sum, model) => sum + model.indexes.length, 0);
  const document = { schema: 'kampyn-perf/mongoose-indexes', version: 1, clusters, models, problems };
  const text = `${JSON.stringify(document, null, 1)}\n`;
  tell(`${models.length} models, ${count} indexes, ${Object.keys(clusters).length} clusters`);
  print(text, () => process.exit(models.length ? 0 : 1));
})().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
