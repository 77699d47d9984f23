using System.Text.Json.Nodes;

namespace SwarmCompute;

/// <summary>A key that clients of a head show, by its hash, and what may be used with it.</summary>
/// <param name="Name">What to call it, 1 to 64 characters; everybody may read it.</param>
/// <param name="Sha256">SHA-256 of the key's UTF-8 text. Give keys at least 128 random bits.</param>
/// <param name="RequestsPerMinute">1 to 10^9.</param>
/// <param name="TokensPerMinute">Of prompts and answers together, 1 to 10^9.</param>
/// <param name="Answers">Requests that are answered at once, 1 to 256.</param>
public sealed record ApiKeyTerms(string Name, Hash32 Sha256, int RequestsPerMinute, int TokensPerMinute, int Answers)
{
    private const int NameCharsMax = 64, PerMinuteMax = 1_000_000_000, AnswersMax = 256;

    /// <exception cref="FormatException">It is none; the message names the member.</exception>
    internal static ApiKeyTerms Read(JsonNode? node, string path)
    {
        if (node is not JsonObject key) throw ManifestJson.Wrong(path, "an object");
        path += ".";
        ManifestJson.RefuseUnknown(key, path, ["name", "sha256", "requestsPerMinute", "tokensPerMinute", "answers"]);
        var name = ManifestJson.Text(key, "name", path);
        ManifestJson.Require(name.Length is > 0 and <= NameCharsMax, path + "name", $"1 to {NameCharsMax} characters");
        return new ApiKeyTerms(
            name,
            ManifestJson.Digest(key, "sha256", path),
            (int)ManifestJson.Integer(key, "requestsPerMinute", 1, PerMinuteMax, path),
            (int)ManifestJson.Integer(key, "tokensPerMinute", 1, PerMinuteMax, path),
            (int)ManifestJson.Integer(key, "answers", 1, AnswersMax, path));
    }

    internal JsonObject ToJson() => new()
    {
        ["name"] = Name,
        ["sha256"] = Sha256.ToString(),
        ["requestsPerMinute"] = RequestsPerMinute,
        ["tokensPerMinute"] = TokensPerMinute,
        ["answers"] = Answers,
    };
}
