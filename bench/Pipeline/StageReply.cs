using System.Text.Json.Serialization;

namespace SwarmCompute.Bench;

/// <summary>What the process of a stage tells the bench, a line of JSON each. Times are of the machine's monotonic clock. A closed union.</summary>
[JsonDerivedType(typeof(Loaded), "loaded"), JsonDerivedType(typeof(Joined), "joined"), JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(Lost), "lost"), JsonDerivedType(typeof(Failed), "failed"), JsonDerivedType(typeof(Reached), "reached")]
[JsonDerivedType(typeof(Generated), "generated"), JsonDerivedType(typeof(Counted), "counted"), JsonDerivedType(typeof(Listens), "listens")]
[JsonDerivedType(typeof(Passed), "passed"), JsonDerivedType(typeof(RpcGenerated), "rpc"), JsonDerivedType(typeof(Followed), "followed")]
[JsonDerivedType(typeof(Token), "token"), JsonDerivedType(typeof(Ended), "ended"), JsonDerivedType(typeof(Gauged), "gauged")]
internal abstract record StageReply
{
    /// <summary>The layers are loaded.</summary>
    public sealed record Loaded : StageReply;

    /// <summary>The place is taken.</summary>
    public sealed record Joined(int Port) : StageReply;

    /// <summary>The head: all of the ring stands.</summary>
    public sealed record Ready(long Generation) : StageReply;

    /// <summary>The next stage does not answer.</summary>
    public sealed record Lost(int Slot, uint Epoch, long At) : StageReply;

    /// <summary>The process can do no more.</summary>
    public sealed record Failed(string Reason) : StageReply;

    /// <summary>The first answer has as many tokens as were to be announced.</summary>
    public sealed record Reached : StageReply;

    /// <summary>The standby has all there is.</summary>
    public sealed record Followed : StageReply;

    /// <summary>All answers are there.</summary>
    public sealed record Generated(StageAnswer[] Answers) : StageReply;

    /// <summary>The next token of an answer.</summary>
    public sealed record Token(int Number, int Value) : StageReply;

    /// <summary>An answer is over.</summary>
    /// <param name="Fault">Why it has not all its tokens; null where it has.</param>
    /// <param name="MayBeAskedAgain">Whether the fault is that the pipeline takes no answer now.</param>
    public sealed record Ended(int Number, string? Fault, bool MayBeAskedAgain) : StageReply;

    /// <summary>Sessions that are open.</summary>
    public sealed record Gauged(int Sessions) : StageReply;

    /// <summary>Bytes that this process allocated.</summary>
    public sealed record Counted(long Bytes) : StageReply;

    /// <summary>The port of the ring of plain TCP.</summary>
    public sealed record Listens(int Port) : StageReply;

    /// <summary>The messages went round.</summary>
    /// <param name="RoundsMs">The time of each; empty where another process began them.</param>
    public sealed record Passed(double[] RoundsMs) : StageReply;

    /// <summary>The answer of llama.cpp's own split.</summary>
    public sealed record RpcGenerated(StageAnswer Answer) : StageReply;
}
