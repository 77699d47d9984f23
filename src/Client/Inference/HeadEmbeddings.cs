using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using SwarmCompute.Client.Orders;

namespace SwarmCompute.Client.Inference;

/// <summary>Asks one head for the vectors of texts. The same texts have the same vectors at every head, so asking again is safe.</summary>
internal sealed class HeadEmbeddings(HttpClient http, Head head, TimeSpan timeout)
{
    /// <summary>Most texts of one request, so that each is answered in time.</summary>
    public const int TextsMax = 16;

    private const int AnswerBytesMax = 8 * 1024 * 1024;      // 16 vectors of 65,536 floats, as base64

    /// <summary>Their vectors, in order. What a lost head does (a refused connection, a reset, silence) is <see cref="EmbeddingStep.Broken"/>; what is
    /// wrong with the request or the answer throws.</summary>
    /// <exception cref="SwarmException">The head refused the request, or breaks the protocol.</exception>
    public async Task<EmbeddingStep> Ask(IReadOnlyCollection<string> texts, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(timeout);
        try
        {
            return await Send(texts, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new EmbeddingStep.Broken($"no answer for {timeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException refused) when (refused.InnerException is SwarmException why)
        {
            throw new SwarmException(why.Failure, why.Message, refused);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException)
        {
            return new EmbeddingStep.Broken(lost.GetBaseException().Message.ReplaceLineEndings(" "));
        }
    }

    private async Task<EmbeddingStep> Send(IReadOnlyCollection<string> texts, CancellationToken cancel)
    {
        var body = new JsonObject { ["model"] = "swarm", ["encoding_format"] = "base64", ["input"] = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]) };
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(head.Endpoint, "/v1/embeddings")) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) };
        message.Content.Headers.ContentType = new("application/json");
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var bytes = await BoundedRead.All(stream, AnswerBytesMax, cancel);
        if (response.IsSuccessStatusCode) return new EmbeddingStep.Vectors(Read(bytes, texts.Count));
        var status = (int)response.StatusCode;
        var why = OrderJson.Error(bytes) ?? $"the head answered {status}";
        return status >= 500 || status is 409 or 429 ? new EmbeddingStep.Broken(why) : throw new SwarmException(SwarmFailure.Refused, why);
    }

    private static ImmutableArray<ImmutableArray<float>> Read(byte[] bytes, int texts)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var items = json.RootElement.GetProperty("data").EnumerateArray().OrderBy(item => item.GetProperty("index").GetInt32()).ToList();
            var vectors = items.Select(item => Vector(item.GetProperty("embedding").GetBytesFromBase64())).ToImmutableArray();
            if (!items.Select(item => item.GetProperty("index").GetInt32()).SequenceEqual(Enumerable.Range(0, texts))) throw new FormatException($"it is not of {texts} texts");
            return vectors.All(vector => vector.Length > 0 && vector.Length == vectors[0].Length) ? vectors : throw new FormatException("its vectors differ in length");
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SwarmException(SwarmFailure.Protocol, $"the head sent embeddings that cannot be read: {wrong.Message.ReplaceLineEndings(" ")}", wrong);
        }
    }

    private static ImmutableArray<float> Vector(byte[] bytes) =>
        bytes.Length % sizeof(float) == 0 ? [.. MemoryMarshal.Cast<byte, float>(bytes)] : throw new FormatException("a vector is cut off");
}
