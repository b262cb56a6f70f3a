// A board made of MQTT.js. Reads what to do from its arguments, and says what happened as one line of JSON.
import { connectAsync } from "mqtt";
import { readFileSync } from "node:fs";

const [url, version, authority, user, password, up, down, ...files] = process.argv.slice(2);
const said = { received: [], published: 0 };
const client = await connectAsync(url, {
  protocolVersion: Number(version),
  clientId: user.replace("/", "-"),
  username: user,
  password,
  ca: authority ? readFileSync(authority) : undefined,
  reconnectPeriod: 0,
  connectTimeout: 20_000,
}).catch((problem) => {
  console.log(JSON.stringify({ refused: problem.message, code: problem.code }));
  process.exit(0);
});
const answered = new Promise((resolve) =>
  client.on("message", (topic, payload, packet) => {
    said.received.push({ topic, qos: packet.qos, hex: payload.toString("hex") });
    resolve();
  }),
);
await client.subscribeAsync(down, { qos: 1 });
for (const file of files) {
  await client.publishAsync(up, readFileSync(file), { qos: 1 });
  said.published++;
}
await answered;
await client.endAsync();
console.log(JSON.stringify(said));
