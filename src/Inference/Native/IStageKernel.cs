namespace SwarmCompute.Inference;

/// <summary>
/// Runs the layers of one stage. One instance for each loaded stage. Thread-safe: sessions are independent of each other;
/// calls on one session are serial, which is the caller's duty.
/// </summary>
public interface IStageKernel : IDisposable
{
    /// <summary>Floats in a hidden state, for each token.</summary>
    int EmbeddingLength { get; }

    /// <summary>Tokens that one session can hold, where all together do not hold more than the stage was loaded for.</summary>
    int ContextTokensMax { get; }

    /// <summary>Tokens that a batch should have at most: more gain nothing. 1: batches are run call by call.</summary>
    int BatchTokensMax { get; }

    /// <summary>Whether its sessions can be handed over: <see cref="IStageSession.Export"/> and <see cref="IStageSession.Import"/>.</summary>
    bool CanHandOver => false;

    /// <summary>Why its model's pipeline makes no embeddings of texts, in one line; null where it does, which is the same in every stage.</summary>
    string? WhyNoEmbeddings => "This engine makes no embeddings.";

    /// <summary>
    /// Whether its sessions can be forked: <see cref="IStageSession.Fork"/>. Only an engine says so that gives the same bits however tokens were
    /// cut into calls: for a fork goes on in other calls than its source did.
    /// </summary>
    bool CanFork => false;

    /// <summary>A session with a fresh KV cache: nothing of an earlier session shows in it.</summary>
    /// <exception cref="InferenceException">As many sessions are open as the stage was loaded for.</exception>
    IStageSession Open();

    /// <summary>
    /// Runs calls of different sessions together. The bits of each are those that it has alone. What goes wrong with one is told in its
    /// <see cref="StageCall.Fault"/>.
    /// </summary>
    void Run(ReadOnlySpan<StageCall> calls);
}
