using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace SwarmCompute.Inference;

/// <summary>Answers the requests for embeddings of one model's head.</summary>
internal sealed class OpenAiEmbeddings(OpenAiModel model)
{
    /// <exception cref="OpenAiException">The request cannot be answered.</exception>
    /// <exception cref="PipelineException">The pipeline cannot serve it.</exception>
    public Task Embed(HttpContext context)
    {
        var metrics = new GenAiMetrics(model.Time, model.Id, "embeddings");
        return metrics.Measure(async () =>
        {
            var request = new OpenAiRequestReader(model).ReadEmbeddings(await OpenAiBody.Read(context.Request));
            metrics.PromptTokens = request.PromptTokens;
            context.Features.Get<ApiKeyUse>()?.Charge(request.PromptTokens);
            var vectors = await Vectors(request.Inputs, context.RequestAborted);
            await OpenAiBody.Write(context, 200, json => Write(json, request, vectors));
        });
    }

    /// <summary>The vectors of all texts, side by side as far as the head has sessions; the first failure ends the others.</summary>
    private async Task<ImmutableArray<float>[]> Vectors(ImmutableArray<ImmutableArray<int>> inputs, CancellationToken cancel)
    {
        var vectors = new ImmutableArray<float>[inputs.Length];
        var bounds = new ParallelOptions { MaxDegreeOfParallelism = model.Head.EmbeddingsAtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(Enumerable.Range(0, inputs.Length), bounds, async (text, cut) => vectors[text] = await model.Head.Embed(inputs[text], cut));
        return vectors;
    }

    private void Write(Utf8JsonWriter json, OpenAiEmbeddingRequest request, ImmutableArray<float>[] vectors)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var index = 0; index < vectors.Length; index++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", index);
            Write(json, vectors[index], request.IsBase64);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("model", model.Id);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", request.PromptTokens);
        json.WriteNumber("total_tokens", request.PromptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ImmutableArray<float> vector, bool isBase64)
    {
        if (isBase64)
        {
            json.WriteBase64String("embedding", MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }
        json.WriteStartArray("embedding");
        foreach (var number in vector) json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
