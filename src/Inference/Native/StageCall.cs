using System.Runtime.InteropServices;

namespace SwarmCompute.Inference;

/// <summary>One session's part of a batch: hidden states in, and what comes of them out. May be filled in anew once its batch has run.</summary>
public sealed class StageCall
{
    /// <summary>The session. Several calls of one may be in a batch, in their order; where one fails, those after it do.</summary>
    public required IStageSession Session { get; set; }

    /// <summary>The hidden states: Tokens * EmbeddingLength floats, little-endian, token after token.</summary>
    public required ReadOnlyMemory<byte> States { get; set; }

    /// <summary>Tokens in this call: 1 to the kernel's PrefillTokensMax.</summary>
    public required int Tokens { get; set; }

    /// <summary>In a stage that is not the last: receives the hidden states after its layers, as many bytes as came in.</summary>
    public Memory<byte> Result { get; set; }

    /// <summary>In the last stage: whether the candidates for the token after the call's last one are wanted.</summary>
    public bool WantsCandidates { get; set; }

    /// <summary>The candidates, where they were wanted.</summary>
    public Candidates? Candidates { get; internal set; }

    /// <summary>In the last stage: whether the call is a part of a text whose embedding is wanted. Then no candidates are.</summary>
    public bool Embeds { get; set; }

    /// <summary>Whether that text ends with this call.</summary>
    public bool WantsEmbedding { get; set; }

    /// <summary>The text's embedding, where it was wanted: EmbeddingLength floats.</summary>
    public float[]? Embedding { get; internal set; }

    /// <summary>Tokens of the session before this call.</summary>
    internal int Position { get; set; }

    /// <summary>Why this call failed; the others of its batch may have succeeded.</summary>
    public InferenceException? Fault { get; internal set; }

    /// <summary>Whether it failed because the engine did, and not for what its own numbers are.</summary>
    internal bool IsEngineFault { get; set; }

    /// <summary>Fills the call in anew, and forgets what came of it before.</summary>
    internal void Renew(IStageSession session, ReadOnlyMemory<byte> states, int tokens)
    {
        (Session, States, Tokens) = (session, states, tokens);
        (Candidates, Embedding, Fault, Position, IsEngineFault) = (null, null, null, 0, false);
    }

    /// <summary>Runs the call by its session alone: for kernels that make no batches.</summary>
    internal void RunAlone(bool last)
    {
        var states = MemoryMarshal.Cast<byte, float>(States.Span);
        try
        {
            if (!last) Session.RunHidden(states, Tokens, MemoryMarshal.Cast<byte, float>(Result.Span));
            else if (Embeds) RunPooled(states);
            else if (Session.RunLast(states, Tokens) is var candidates && WantsCandidates) Candidates = candidates;
        }
        catch (InferenceException fault)
        {
            Fault = fault;
        }
    }

    private void RunPooled(ReadOnlySpan<float> states)
    {
        Session.RunPooled(states, Tokens);
        if (WantsEmbedding) Embedding = Session.Embedding();
    }
}
