// Streams an answer from a gateway, as a program with OpenAI's client does: node gateway.mjs http://127.0.0.1:PORT/v1 PROMPT
// Says "begun ORDER" when the first tokens are there, and at the end "text" with the whole text as JSON.
import OpenAI from 'openai';

const [baseURL, prompt] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
const { data, response } = await client.completions.create({ model: 'swarm', prompt, max_tokens: 400, stream: true }).withResponse();
const pieces = [];
for await (const piece of data) {
  pieces.push(piece.choices[0].text);
  if (pieces.length === 4) console.log(`begun ${response.headers.get('x-swarm-order')}`);
}
console.log(`text ${JSON.stringify(pieces.join(''))}`);
