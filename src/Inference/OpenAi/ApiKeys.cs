using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Inference;

/// <summary>The keys that clients of the API show (<c>Authorization: Bearer KEY</c>), and what each may use. Only their hashes are known here.</summary>
public sealed class ApiKeys
{
    private const int KeyLengthMax = 512;

    private readonly ImmutableDictionary<Hash32, ApiKey> _keys;

    /// <summary>Begins with all limits full.</summary>
    /// <exception cref="ArgumentException">Two have the same hash.</exception>
    public ApiKeys(IEnumerable<ApiKeyTerms> keys, TimeProvider time) => _keys = keys.ToImmutableDictionary(key => key.Sha256, key => new ApiKey(key, time));

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
}
