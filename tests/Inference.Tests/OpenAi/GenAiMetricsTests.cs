using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace SwarmCompute.Inference.Tests.OpenAi;

public sealed class GenAiMetricsTests
{
    [Fact]
    public async Task A_request_is_measured_by_the_names_of_the_conventions()
    {
        var cancel = TestContext.Current.CancellationToken;
        var seen = new ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == "SwarmCompute.Inference") l.EnableMeasurementEvents(instrument); } };
        void See(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => seen.Enqueue((instrument.Name, value, new(tags.ToArray())));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => See(instrument, value, tags));
        listener.Start();

        await using var server = await TestServer.Start(new WordTokenizer(), model: "measured", cancel: cancel);
        await server.Json(AnswerFormTests.With(TestServer.Chat(), ("model", "measured")), cancel);
        await server.Json(AnswerFormTests.With(TestServer.Body(tokens: 1000), ("model", "measured")), cancel);
        bool Ours(string name, string operation) => seen.Any(s => s.Name == name && s.Tags["gen_ai.request.model"] is "measured" && s.Tags["gen_ai.operation.name"] is string o && o == operation);
        while (!Ours("gen_ai.server.request.duration", "text_completion")) await Task.Delay(2, cancel);

        await server.Embed("{\"model\":\"measured\",\"input\":\"hello\"}", cancel);
        while (!Ours("gen_ai.server.request.duration", "embeddings")) await Task.Delay(2, cancel);
        Assert.Equal(6, seen.Single(s => s.Name == "gen_ai.client.token.usage" && s.Tags["gen_ai.operation.name"] is "embeddings" && s.Tags["gen_ai.request.model"] is "measured").Value);
        foreach (var name in new[] { "gen_ai.server.request.duration", "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token", "gen_ai.client.token.usage" })
            Assert.True(Ours(name, "chat"), name);
        var output = seen.Single(s => s.Name == "gen_ai.client.token.usage" && s.Tags["gen_ai.request.model"] is "measured" && s.Tags["gen_ai.token.type"] is "output");
        Assert.Equal(8, output.Value);
        Assert.Contains(seen, s => s.Tags["gen_ai.request.model"] is "measured" && s.Tags.GetValueOrDefault("error.type") is "invalid_request_error");
    }
}
