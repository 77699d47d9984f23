// Talks to a head as any program with OpenAI's client does: node client.mjs http://127.0.0.1:PORT/v1
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: 'none', maxRetries: 0 });
const body = { model: 'tiny', max_tokens: 60, temperature: 1, seed: 4, messages: [{ role: 'user', content: 'hello' }] };
const text = pieces => pieces.map(piece => piece.choices[0]?.delta?.content ?? '').join('');

const whole = (await client.chat.completions.create(body)).choices[0].message.content;
assert.ok(whole.length > 0);

const streamed = [];
for await (const piece of await client.chat.completions.create({ ...body, stream: true })) streamed.push(piece);
assert.equal(text(streamed), whole);

// Cancelled after five tokens, and gone on with by the standard header.
const had = [];
const broken = await client.chat.completions.create({ ...body, stream: true });
for await (const piece of broken) if (had.push(piece) === 5) break;
broken.controller.abort();
const rest = [];
const last = `${had[0].id}:${had[4].swarm.index}`;
for await (const piece of await client.chat.completions.create({ ...body, stream: true }, { headers: { 'Last-Event-ID': last } })) rest.push(piece);
assert.equal(text(had) + text(rest), whole);

const told = await client.chat.completions.create({ ...body, n: 2, logprobs: true, top_logprobs: 2 });
assert.deepEqual(told.choices.map(choice => choice.index), [0, 1]);
assert.equal(told.choices[0].message.content, whole);
assert.equal(told.choices[1].logprobs.content.length, 60);
assert.equal(told.usage.completion_tokens, 120);

const old = await client.completions.create({ model: 'tiny', prompt: 'hello', max_tokens: 3, logprobs: 1, logit_bias: { 7: -100 } });
assert.equal(old.choices[0].logprobs.tokens.join(''), old.choices[0].text);

const embedded = await client.embeddings.create({ model: 'tiny', input: ['hello', 'you'] });
const plain = await client.embeddings.create({ model: 'tiny', input: 'you', encoding_format: 'float' });
assert.deepEqual(embedded.data.map(item => item.index), [0, 1]);
assert.equal(embedded.data[0].embedding.length, 8);
assert.deepEqual([...embedded.data[1].embedding], [...Float32Array.from(plain.data[0].embedding)]);
assert.equal(embedded.usage.prompt_tokens, 10);

await assert.rejects(client.chat.completions.create({ ...body, tools: [{ type: 'function', function: { name: 'f' } }] }), error => error.status === 400 && error.param === 'tools');
console.log('ok');
