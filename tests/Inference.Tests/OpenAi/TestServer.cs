using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SwarmCompute.Inference.Tests.Pipeline;

namespace SwarmCompute.Inference.Tests.OpenAi;

/// <summary>The API over a real socket, in front of a real pipeline.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly HttpClient _http;

    private TestServer(WebApplication web, TestRing ring)
    {
        _web = web;
        Ring = ring;
        var address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _http = new HttpClient { BaseAddress = new Uri(address) };
    }

    public TestRing Ring { get; }

    /// <summary>Whether the ring ends with the server.</summary>
    public bool OwnsRing { get; init; } = true;

    public Uri Endpoint => _http.BaseAddress!;

    public static Task<TestServer> Start(CancellationToken cancel, TestRing? ring = null, bool stands = true, params int[] endTokens) =>
        Start(new WordTokenizer(endTokens), ring, stands, cancel: cancel);

    public static async Task<TestServer> Start(
        ITokenizer tokenizer, TestRing? ring = null, bool stands = true, ApiKeys? keys = null, TimeProvider? time = null, string model = "tiny",
        bool ownsRing = true, CancellationToken cancel = default)
    {
        ring ??= new TestRing(2);
        if (stands) await ring.Stands(cancel);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        if (keys is not null) web.UseApiKeys(keys);
        web.MapOpenAi(new OpenAiModel(model, ring.Head, tokenizer, time ?? TimeProvider.System));
        await web.StartAsync(cancel);
        return new TestServer(web, ring) { OwnsRing = ownsRing };
    }

    public static JsonObject Body(string prompt = "hello", int tokens = 8) => new() { ["model"] = "tiny", ["prompt"] = prompt, ["max_tokens"] = tokens };

    public static JsonObject Chat(string content = "hello", int tokens = 8) => new()
    {
        ["model"] = "tiny",
        ["max_tokens"] = tokens,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = content }),
    };

    public Task<HttpResponseMessage> Get(string path, CancellationToken cancel) => _http.GetAsync(new Uri(path, UriKind.Relative), cancel);

    public Task<HttpResponseMessage> Send(JsonObject body, CancellationToken cancel) => Send(body.ToJsonString(), body.ContainsKey("messages"), cancel);

    public async Task<HttpResponseMessage> Send(string body, bool chat, CancellationToken cancel, string? lastEventId = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, chat ? "/v1/chat/completions" : "/v1/completions");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        if (key is not null) request.Headers.Authorization = new("Bearer", key);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> Embed(string body, CancellationToken cancel, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null) request.Headers.Authorization = new("Bearer", key);
        using var response = await _http.SendAsync(request, cancel);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancel)).RootElement);
    }

    public async Task<(HttpStatusCode Status, JsonElement Json)> Json(JsonObject body, CancellationToken cancel)
    {
        using var response = await Send(body, cancel);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancel)).RootElement);
    }

    /// <summary>The events of a streamed answer, without [DONE], which must be the last one.</summary>
    public async Task<List<JsonElement>> Stream(JsonObject body, CancellationToken cancel) => [.. (await Events(body, cancel)).Select(e => e.Json)];

    /// <summary>The same with the events' ids; from after one of them, where it is given.</summary>
    public async Task<List<(string? Id, JsonElement Json)>> Events(JsonObject body, CancellationToken cancel, string? lastEventId = null)
    {
        body["stream"] = true;
        using var response = await Send(body.ToJsonString(), body.ContainsKey("messages"), cancel, lastEventId);
        return await Events(response, cancel);
    }

    /// <summary>The events of an answer, without [DONE], which must be the last one.</summary>
    public static async Task<List<(string? Id, JsonElement Json)>> Events(HttpResponseMessage response, CancellationToken cancel)
    {
        var events = (await response.Content.ReadAsStringAsync(cancel)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        if (events[^1] != "data: [DONE]") throw new InvalidDataException(string.Join('\n', events));
        return [.. events[..^1].Select(Event)];
    }

    /// <summary>One event: its id, and its data.</summary>
    public static (string? Id, JsonElement Json) Event(string text)
    {
        var lines = text.Split('\n');
        var data = lines.Single(line => line.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..];
        return (lines.SingleOrDefault(line => line.StartsWith("id: ", StringComparison.Ordinal))?["id: ".Length..], JsonDocument.Parse(data).RootElement);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
        if (OwnsRing) await Ring.DisposeAsync();
    }
}
