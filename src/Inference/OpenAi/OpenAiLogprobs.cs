using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace SwarmCompute.Inference;

/// <summary>Writes log probabilities in the OpenAI API's two forms: a chat's list of tokens, and a completion's parallel lists.</summary>
internal sealed class OpenAiLogprobs(ITokenizer tokenizer, bool isChat)
{
    /// <summary>What OpenAI gives for a token that cannot come at all.</summary>
    private const double Lowest = -9999;

    /// <summary>A token's own log probability, over the whole vocabulary and before penalties and the like, and those of the likeliest candidates.</summary>
    public static IEnumerable<(int Token, double Logprob)> Of(int token, Candidates candidates, int top)
    {
        double Logprob(int at) => Math.Max(Lowest, (double)candidates.Logits[at] - candidates.LogSumExp);
        yield return (token, Logprob(candidates.Tokens.IndexOf(token)));
        for (var at = 0; at < Math.Min(top, candidates.Tokens.Length); at++) yield return (candidates.Tokens[at], Logprob(at));
    }

    /// <summary>The member "logprobs" for these pieces; null where there is none with a token.</summary>
    public void Write(Utf8JsonWriter json, IEnumerable<OpenAiPiece> pieces)
    {
        OpenAiPiece[] tokens = [.. pieces.Where(piece => !piece.Logprobs.IsEmpty)];
        if (tokens.Length == 0)
        {
            json.WriteNull("logprobs");
            return;
        }
        json.WriteStartObject("logprobs");
        if (isChat) Chat(json, tokens);
        else Completion(json, tokens);
        json.WriteEndObject();
    }

    private void Chat(Utf8JsonWriter json, OpenAiPiece[] tokens)
    {
        json.WriteStartArray("content");
        foreach (var piece in tokens)
        {
            json.WriteStartObject();
            Token(json, piece.Logprobs[0]);
            json.WriteStartArray("top_logprobs");
            foreach (var candidate in piece.Logprobs.Skip(1))
            {
                json.WriteStartObject();
                Token(json, candidate);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNull("refusal");
    }

    private void Token(Utf8JsonWriter json, (int Token, double Logprob) token)
    {
        var bytes = tokenizer.Decode(token.Token);
        json.WriteString("token", Text(bytes));
        json.WriteNumber("logprob", token.Logprob);
        json.WriteStartArray("bytes");
        foreach (var value in bytes) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private void Completion(Utf8JsonWriter json, OpenAiPiece[] tokens)
    {
        json.WriteStartArray("tokens");
        foreach (var piece in tokens) json.WriteStringValue(Text(tokenizer.Decode(piece.Logprobs[0].Token)));
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (var piece in tokens) json.WriteNumberValue(piece.Logprobs[0].Logprob);
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (var piece in tokens)
        {
            json.WriteStartObject();                                         // the likeliest, and the token itself where it is none of them
            foreach (var (token, logprob) in piece.Logprobs.Skip(1).Append(piece.Logprobs[0]).DistinctBy(c => Text(tokenizer.Decode(c.Token))))
                json.WriteNumber(Text(tokenizer.Decode(token)), logprob);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        foreach (var piece in tokens) json.WriteNumberValue(piece.Offset);
        json.WriteEndArray();
    }

    /// <summary>The token's text; of a part of a character its bytes, in OpenAI's spelling.</summary>
    private static string Text(byte[] bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : "bytes:" + string.Concat(bytes.Select(b => $"\\x{b:x2}"));
}
