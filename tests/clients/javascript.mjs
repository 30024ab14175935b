// Lists what @linode/api-v4 offers, and calls it: lines of JSON come in and go out.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [folder, server] = process.argv.slice(2);
const api = createRequire(`${folder}/`)("@linode/api-v4");

api.setToken("a-token");
api.baseRequest.interceptors.request.use((config) => {
  config.headers.set("Authorization", "Bearer a-token");
  config.url = config.url.replace("https://api.linode.com", server);
  return config;
});

// "(a, { b: c }) => request(setURL(`${API_ROOT}/x/${encodeURIComponent(a)}`), ...)"
function described(name) {
  const source = api[name].toString();
  const template = source.match(/`\$\{(?:BETA_)?API_ROOT\}([^`]*)`/);
  const method = source.match(/setMethod\("(\w+)"\)/);
  if (!template || !method) return null;
  const path = template[1].replace(/\$\{\s*(?:encodeURIComponent\(\s*)?([\w.]+)\s*\)?\s*\}/g, "{$1}");
  return { name, method: method[1], path, parameters: parameters(source) };
}

// Each parameter by its name; one that is taken apart by the names of its parts.
function parameters(source) {
  const inside = source.slice(source.indexOf("(") + 1, source.indexOf("=>")).replace(/\)\s*$/, "");
  const found = [];
  for (const each of inside.match(/\{[^}]*\}|[\w.]+(?=\s*(?:[,=]|$))/g) ?? []) {
    if (!each.startsWith("{")) found.push(each);
    else if (each !== "{}") found.push(each.slice(1, -1).split(",").map((part) => part.split(":").map((one) => one.trim())).filter(([one]) => one));
  }
  return found;
}

const names = Object.keys(api).filter((name) => typeof api[name] === "function");
console.log(JSON.stringify(names.map(described).filter(Boolean)));

for await (const line of createInterface({ input: process.stdin })) {
  const { name, args } = JSON.parse(line);
  let said;
  try {
    const answer = await api[name](...args);
    said = { good: true, answer: answer === undefined ? null : typeof answer };
  } catch (error) {
    said = { good: false, why: Array.isArray(error) ? error : [String(error), error?.response?.data ?? error?.stack] };
  }
  console.log(JSON.stringify(said));
}
