using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SwarmCompute.Inference;

/// <summary>What is measured of one request, by the names of OpenTelemetry's semantic conventions for generative AI (gen_ai.*).</summary>
internal sealed class GenAiMetrics(TimeProvider time, string model, string operation)
{
    private static readonly Meter Meter = new(OpenAiModel.MeterName);

    // The buckets that the conventions advise.
    private static readonly Histogram<double> Duration = Seconds("gen_ai.server.request.duration", "Time from the request to the end of its answer.",
        [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]);
    private static readonly Histogram<double> First = Seconds("gen_ai.server.time_to_first_token", "Time from the request to its first token.",
        [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]);
    private static readonly Histogram<double> Each = Seconds("gen_ai.server.time_per_output_token", "Time for each token after the first.",
        [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]);
    private static readonly Histogram<long> Usage = Meter.CreateHistogram<long>("gen_ai.client.token.usage", "{token}", "Tokens of prompts and of answers.", null,
        new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864] });

    private readonly long _begun = time.GetTimestamp();
    private TimeSpan? _first;
    private TimeSpan _last;
    private int _tokens;

    /// <summary>A piece is there; one with a token is counted.</summary>
    public void Piece(OpenAiPiece piece)
    {
        if (piece.Token is null) return;
        _last = time.GetElapsedTime(_begun);
        _first ??= _last;
        _tokens++;
    }

    /// <summary>Tokens of the prompt; 0 where the request was refused before they were counted.</summary>
    public int PromptTokens { get; set; }

    /// <summary>Serves the request, and measures it however it ends.</summary>
    public async Task Measure(Func<Task> serve)
    {
        string? error = "_OTHER";
        try
        {
            await serve();
            error = null;
        }
        catch (OperationCanceledException)
        {
            error = "cancelled";
            throw;
        }
        catch (Exception fault) when (OpenAiException.From(fault) is { } known)
        {
            error = known.Code ?? known.Type;
            throw;
        }
        finally
        {
            End(error);
        }
    }

    /// <summary>The request is over.</summary>
    /// <param name="error">The fault's code; null where there was none.</param>
    private void End(string? error)
    {
        var tags = new TagList { { "gen_ai.operation.name", operation }, { "gen_ai.provider.name", "swarmcompute" }, { "gen_ai.request.model", model } };
        if (PromptTokens > 0) Usage.Record(PromptTokens, With(tags, "gen_ai.token.type", "input"));
        if (_tokens > 0) Usage.Record(_tokens, With(tags, "gen_ai.token.type", "output"));
        if (_first is { } first) First.Record(first.TotalSeconds, tags);
        if (_tokens > 1) Each.Record((_last - _first!.Value).TotalSeconds / (_tokens - 1), tags);
        Duration.Record(time.GetElapsedTime(_begun).TotalSeconds, error is null ? tags : With(tags, "error.type", error));
    }

    private static TagList With(TagList tags, string name, string value)
    {
        tags.Add(name, value);
        return tags;
    }

    private static Histogram<double> Seconds(string name, string description, double[] buckets) =>
        Meter.CreateHistogram(name, "s", description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
