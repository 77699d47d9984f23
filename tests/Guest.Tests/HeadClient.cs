using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using SwarmCompute.Attestation;

namespace SwarmCompute.Guest.Tests;

/// <summary>A client of the head that trusts the authority's root alone, and takes only this order's head for it.</summary>
internal sealed class HeadClient : IDisposable
{
    private readonly HttpClient _http;

    public HeadClient(string endpoint, X509Certificate2 root, uint epoch, string? apiKey = null)
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, leaf, _, _) =>
                    PeerCertificate.Refusal(leaf as X509Certificate2, root, TimeProvider.System.GetUtcNow(), out var identity) is null
                    && identity is SwarmIdentity.Guest { Slot: 0 } guest && guest.Epoch.Value == epoch,
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri(endpoint), Timeout = TimeSpan.FromMinutes(2) };
        if (apiKey is not null) _http.DefaultRequestHeaders.Authorization = new("Bearer", apiKey);
    }

    /// <summary>The answer's tokens, as they come.</summary>
    public async IAsyncEnumerable<int> Stream(
        string prompt, int tokensMax, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel, params int[] resume)
    {
        using var request = Request(prompt, tokensMax, resume);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal)) continue;
            var chunk = JsonNode.Parse(line["data: ".Length..])!;
            Assert.Null(chunk["error"]);
            if (chunk["swarm"]?["token"] is { } token) yield return token.GetValue<int>();
        }
    }

    /// <summary>The answer's events that have a token, with their ids, as any reader of server-sent events has them.</summary>
    public async IAsyncEnumerable<(string Id, int Token)> Events(
        string prompt, int tokensMax, string? lastEventId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = Request(prompt, tokensMax, []);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        for (var id = ""; await reader.ReadLineAsync(cancel) is { } line;)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line["id: ".Length..];
            if (line.StartsWith("data: {", StringComparison.Ordinal) && JsonNode.Parse(line["data: ".Length..])!["swarm"]?["token"] is { } token) yield return (id, token.GetValue<int>());
        }
    }

    public async Task<HttpStatusCode> Status(string prompt, CancellationToken cancel)
    {
        using var request = Request(prompt, 1, []);
        using var response = await _http.SendAsync(request, cancel);
        return response.StatusCode;
    }

    /// <summary>What Prometheus would scrape.</summary>
    public Task<string> Metrics(CancellationToken cancel) => _http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancel);

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(string prompt, int tokensMax, int[] resume) => new(HttpMethod.Post, "/v1/completions")
    {
        Content = new StringContent(
            new JsonObject
            {
                ["model"] = "swarm",
                ["prompt"] = prompt,
                ["max_tokens"] = tokensMax,
                ["stream"] = true,
                ["swarm"] = new JsonObject { ["resume_tokens"] = new JsonArray([.. resume.Select(t => (JsonNode)t)]) },
            }.ToJsonString(),
            Encoding.UTF8, "application/json"),
    };
}
