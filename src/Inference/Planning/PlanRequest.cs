using System.Collections.Immutable;

namespace SwarmCompute.Inference;

/// <summary>What is to be planned, of which nodes.</summary>
public sealed record PlanRequest
{
    /// <summary>The model.</summary>
    public required PlannedModel Model { get; init; }

    /// <summary>Sessions that are open at once: 1 to 250.</summary>
    public int Sessions { get; init; } = 4;

    /// <summary>Tokens that one session can hold: 2 to 1,048,576.</summary>
    public int ContextTokens { get; init; } = 1024;

    /// <summary>
    /// Tokens that all sessions hold together: <see cref="ContextTokens"/> to as many in each session, which null, the default, means. Memory is counted by it.
    /// </summary>
    public long? KvTokens { get; init; }

    /// <summary>Up to 1,024 nodes, each once.</summary>
    public required ImmutableArray<PlanCandidate> Candidates { get; init; }

    /// <summary>One for each ordered pair of nodes.</summary>
    public required ImmutableArray<PlanLink> Links { get; init; }

    /// <summary>What to be best at.</summary>
    public PlanAim Aim { get; init; }

    /// <summary>Tokens of a usual prompt: 1 to 1,048,576.</summary>
    public int PromptTokens { get; init; } = 512;

    /// <summary>Tokens of a usual answer: 1 to 1,048,576.</summary>
    public int AnswerTokens { get; init; } = 256;

    internal long KvTokensMax => KvTokens ?? (long)Sessions * ContextTokens;

    /// <exception cref="ArgumentException">A value is out of its range, a node is there twice, or a pair has no measure.</exception>
    internal void Validate()
    {
        Require(Model.Layers.Length is >= 1 and <= 1024, $"The model has {Model.Layers.Length} layers; give 1 to 1024.");
        Require(Model.EmbeddingLength is >= 1 and <= 1 << 20, $"A hidden state of {Model.EmbeddingLength} floats; give 1 to 1048576.");
        Require(Model.Layers.All(IsPossible), "A layer has 1 to 2^48 bytes, of which 1 or more are active, and 0 to 2^20 bytes of keys and values a token.");
        Require(new[] { Model.EmbeddingBytes, Model.HeadBytes, Model.SharedBytes }.All(b => b is >= 0 and <= 1L << 48), "Embeddings, head and shared tensors have 0 to 2^48 bytes.");
        Require(Sessions is >= 1 and <= 250, $"{Sessions} sessions; give 1 to 250.");
        Require(ContextTokens is >= 2 and <= 1 << 20, $"{ContextTokens} tokens of context; give 2 to 1048576.");
        Require(KvTokensMax >= ContextTokens && KvTokensMax <= (long)Sessions * ContextTokens,
            $"{KvTokensMax} tokens in all sessions; give {ContextTokens} to {(long)Sessions * ContextTokens}.");
        Require(PromptTokens is >= 1 and <= 1 << 20 && AnswerTokens is >= 1 and <= 1 << 20, "A prompt and an answer have 1 to 1048576 tokens.");
        Require(Candidates.Length <= 1024, $"{Candidates.Length} candidates; give at most 1024.");
        foreach (var node in Candidates)
        {
            Require(node.MemoryBytes >= 0, $"{node.Node} has {node.MemoryBytes} bytes of memory; give 0 or more.");
            Require(IsSpeed(node.DecodeLayersPerSecond) && IsSpeed(node.PrefillLayersPerSecond), $"{node.Node} has an impossible speed; give 0.001 to 1e9 layers a second.");
            Require(IsTime(node.ClientRoundTrip), $"{node.Node} is {node.ClientRoundTrip} from the client; give 0 to 10 minutes.");
        }
        foreach (var link in Links)
            Require(IsTime(link.RoundTrip) && link.BytesPerSecond is >= 1e3 and <= 1e15, $"The link from {link.From} to {link.To}: give 0 to 10 minutes and 1e3 to 1e15 bytes a second.");
        Require(Candidates.Select(node => node.Node).Distinct().Count() == Candidates.Length, "A node is there twice; give each once.");
        Require(Links.Select(link => (link.From, link.To)).Distinct().Count() == Links.Length, "A link is there twice; give each once.");
        RequireAllPairs();
    }

    private void RequireAllPairs()
    {
        var known = Links.Select(link => (link.From, link.To)).ToHashSet();
        foreach (var from in Candidates)
            foreach (var to in Candidates)
                Require(from.Node == to.Node || known.Contains((from.Node, to.Node)), $"Nothing was measured from {from.Node} to {to.Node}; measure it, or leave one of them out.");
    }

    private static bool IsPossible(PlannedLayer layer) =>
        layer.Bytes is >= 1 and <= 1L << 48 && layer.ActiveBytes >= 1 && layer.ActiveBytes <= layer.Bytes && layer.KvBytesPerToken is >= 0 and <= 1 << 20;

    private static bool IsSpeed(double speed) => speed is >= 1e-3 and <= 1e9;

    private static bool IsTime(TimeSpan time) => time >= TimeSpan.Zero && time <= TimeSpan.FromMinutes(10);

    private static void Require(bool holds, FormattableString wrong)
    {
        if (!holds) throw new ArgumentException(FormattableString.Invariant(wrong));
    }

    private static void Require(bool holds, string wrong) => Require(holds, System.Runtime.CompilerServices.FormattableStringFactory.Create("{0}", wrong));
}
