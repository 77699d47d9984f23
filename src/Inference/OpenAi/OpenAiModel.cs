namespace SwarmCompute.Inference;

/// <summary>The one model that a head serves.</summary>
/// <param name="Id">Its name in requests and answers; <c>swarm</c> names it as well.</param>
/// <param name="Head">The pipeline.</param>
/// <param name="Tokenizer">The model's tokenizer.</param>
/// <param name="Time">The clock for the answers' time stamps.</param>
public sealed record OpenAiModel(string Id, PipelineHead Head, ITokenizer Tokenizer, TimeProvider Time)
{
    /// <summary>The meter of the API: what was asked and how long it took (docs/inference-api.md).</summary>
    public const string MeterName = "SwarmCompute.Inference";

    internal const string Alias = "swarm";

    internal DateTimeOffset Created { get; } = Time.GetUtcNow();

    internal bool IsNamed(string name) => name == Id || name == Alias;
}
