using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Inference;

/// <summary>
/// The keys that clients of the API show (<c>Authorization: Bearer KEY</c>), and what each may use. From a JSON file:
/// <c>{"keys":[{"name":"team","sha256":"64 hexadecimal digits","requestsPerMinute":60,"tokensPerMinute":20000,"answers":4}]}</c>.
/// Only hashes are kept; give keys at least 128 random bits.
/// </summary>
public sealed class ApiKeys
{
    /// <summary>The most bytes of the file: 1 MiB.</summary>
    public const int FileBytesMax = 1024 * 1024;

    /// <summary>The most keys: 1,000.</summary>
    public const int KeysMax = 1000;

    private const int PerMinuteMax = 1_000_000_000, AnswersMax = 256, NameLengthMax = 64, KeyLengthMax = 512;

    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 4, AllowDuplicateProperties = false };
    private static readonly string[] Members = ["name", "sha256", "requestsPerMinute", "tokensPerMinute", "answers"];

    private readonly ImmutableDictionary<Hash32, ApiKey> _keys;

    private ApiKeys(IEnumerable<ApiKey> keys) => _keys = keys.ToImmutableDictionary(key => key.Hash);

    /// <summary>Reads the file.</summary>
    /// <exception cref="InferenceException">It cannot be read, or is not as described here; the message says where.</exception>
    public static ApiKeys Read(string path, TimeProvider time)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Length > FileBytesMax) throw new InferenceException($"{path} has {file.Length} bytes; at most {FileBytesMax} are accepted.");
            return Parse(File.ReadAllBytes(path), time);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException($"The keys in {path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Reads the file's bytes.</summary>
    /// <exception cref="InferenceException">They are not as described here; the message says where.</exception>
    public static ApiKeys Parse(ReadOnlyMemory<byte> json, TimeProvider time)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Bounds);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list)
                || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is < 1 or > KeysMax)
                throw new InferenceException($"The file of keys must be an object with 'keys', a list of 1 to {KeysMax}.");
            var keys = list.EnumerateArray().Select((key, at) => Key(key, at, time)).ToList();
            var twice = keys.GroupBy(key => key.Hash).FirstOrDefault(same => same.Count() > 1);
            return twice is null ? new ApiKeys(keys) : throw new InferenceException($"The key '{twice.First().Name}' is in the file of keys twice.");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new InferenceException($"The file of keys is not valid JSON: {fault.Message}", fault);
        }
    }

    /// <summary>Lets a request through, refuses it, and says in headers what is left (OpenAI's x-ratelimit-*).</summary>
    internal async Task Guard(HttpContext context, RequestDelegate next)
    {
        if (Of(context.Request) is not { } key)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Refuse(context, new OpenAiException(401, "invalid_request_error", "Give a key that this head knows: 'Authorization: Bearer KEY'.", code: "invalid_api_key"));
            return;
        }
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await next(context);
            return;
        }
        var limit = key.TryBegin(out var wait);
        Tell(context.Response.Headers, "requests", key.Requests);
        Tell(context.Response.Headers, "tokens", key.Tokens);
        if (limit is not null)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await Refuse(context, new OpenAiException(429, "rate_limit_error", $"This key is at its limit of {limit}; come back.", code: "rate_limit_exceeded"));
            return;
        }
        using var use = new ApiKeyUse(key);
        context.Features.Set(use);
        await next(context);
    }

    private ApiKey? Of(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        if (request.Headers.Authorization is not [{ Length: <= KeyLengthMax } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        return _keys.GetValueOrDefault(Hash32.Sha256(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())));
    }

    private static Task Refuse(HttpContext context, OpenAiException fault) =>
        OpenAiBody.Write(context, fault.Status, json => OpenAiAnswer.Error(json, fault));

    private static void Tell(IHeaderDictionary headers, string what, RateBucket bucket)
    {
        headers[$"x-ratelimit-limit-{what}"] = bucket.PerMinute.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-remaining-{what}"] = bucket.Left.ToString(CultureInfo.InvariantCulture);
        headers[$"x-ratelimit-reset-{what}"] = string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bucket.UntilFull.TotalSeconds)}s");
    }

    private static ApiKey Key(JsonElement key, int at, TimeProvider time)
    {
        InferenceException Fault(string what) => new($"Key {at + 1} in the file of keys: {what}.");
        if (key.ValueKind != JsonValueKind.Object) throw Fault("it must be an object");
        var unknown = key.EnumerateObject().FirstOrDefault(member => !Members.Contains(member.Name));
        if (unknown.Value.ValueKind != JsonValueKind.Undefined) throw Fault($"'{unknown.Name}' is not known; there are {string.Join(", ", Members)}");
        string Text(string name) => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= NameLengthMax } text
            ? text
            : throw Fault($"'{name}' must be a text of 1 to {NameLengthMax} characters");
        int Number(string name, int max) => key.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 && number <= max
            ? number
            : throw Fault($"'{name}' must be an integer from 1 to {max}");
        var sha256 = Text("sha256");
        if (sha256.Length != 64 || !Hash32.TryParse("0x" + sha256, out var hash)) throw Fault("'sha256' must be 64 hexadecimal digits");
        return new ApiKey(Text("name"), hash, Number("requestsPerMinute", PerMinuteMax), Number("tokensPerMinute", PerMinuteMax), Number("answers", AnswersMax), time);
    }
}
